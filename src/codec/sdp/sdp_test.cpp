#include "codec/sdp/sdp.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace portico::codec::sdp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string read_file(const std::string& name) {
  std::ifstream file("src/codec/sdp/testdata/" + name, std::ios::binary);
  EXPECT_TRUE(file) << "run from the root of the source tree";
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

const std::string kMinimal = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

TEST(Sdp, ParsesTheExampleOfRfc8866) {
  const auto session = parse(
      "v=0\n"
      "o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\n"
      "s=Call to John Smith\n"
      "i=SDP Offer #1\n"
      "u=http://www.jdoe.example.com/home.html\n"
      "e=Jane Doe <jane@jdoe.example.com>\n"
      "p=+1 617 555-6011\n"
      "c=IN IP4 198.51.100.1\n"
      "b=CT:154798\n"
      "t=0 0\n"
      "m=audio 49170 RTP/AVP 0\n"
      "m=audio 49180/2 RTP/AVP 0\n"
      "m=video 51372 RTP/AVP 99\n"
      "c=IN IP6 2001:db8::2\n"
      "a=rtpmap:99 h263-1998/90000\n"
      "a=sendonly\n");
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_EQ(session->name, "Call to John Smith");
  EXPECT_EQ(session->connection, "IN IP4 198.51.100.1");
  EXPECT_THAT(session->bandwidth, ElementsAre("CT:154798"));
  ASSERT_EQ(session->media.size(), 3U);
  EXPECT_EQ(session->media[0].port, 49170);
  EXPECT_EQ(session->media[1].port_count, 2);
  EXPECT_THAT(session->media[2].formats, ElementsAre("99"));
  EXPECT_EQ(session->media[2].connection, "IN IP6 2001:db8::2");
  EXPECT_EQ(session->media[2].attributes.first("rtpmap"), "99 h263-1998/90000");
  EXPECT_TRUE(session->media[2].attributes.has("sendonly"));
}

TEST(Sdp, RealOffersSurviveTheRoundTrip) {
  for (const char* name : {"chromium_join.sdp", "chromium_publish.sdp", "firefox_publish.sdp"}) {
    const std::string text = read_file(name);
    const auto session = parse(text);
    ASSERT_TRUE(session) << name << ": " << session.error().message;
    EXPECT_EQ(serialise(*session), text) << name;  // byte for byte
  }
}

TEST(Sdp, ReadsARealJoinOffer) {
  const auto session = parse(read_file("chromium_join.sdp"));
  ASSERT_TRUE(session);
  EXPECT_EQ(session->attributes.first("group"), "BUNDLE 0 1 2 3 4 5 6");
  ASSERT_EQ(session->media.size(), 7U);
  EXPECT_EQ(session->media[6].media, "application");
  EXPECT_EQ(session->media[6].protocol, "UDP/DTLS/SCTP");
  EXPECT_THAT(session->media[6].formats, ElementsAre("webrtc-datachannel"));
  EXPECT_EQ(session->media[3].attributes.all("extmap").size(), 11U);
}

TEST(Sdp, FlagsAndEmptyValuesDiffer) {
  const auto session = parse(kMinimal + "a=flag\r\na=empty:\r\na=colon:a:b\r\n");
  ASSERT_TRUE(session);
  EXPECT_EQ(session->attributes[0].value, std::nullopt);
  EXPECT_EQ(session->attributes[1].value, "");
  EXPECT_EQ(session->attributes.first("colon"), "a:b");
  EXPECT_FALSE(session->attributes.has("other"));
  EXPECT_EQ(parse(serialise(*session)), *session);
}

TEST(Sdp, NamesTheLineOfAnError) {
  const auto result = parse(kMinimal + "m=audio x RTP/AVP 0\r\n");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::invalid);
  EXPECT_THAT(result.error().message, HasSubstr("line 5"));
}

TEST(Sdp, RefusesWhatIsNotSdp) {
  for (const std::string& text :
       {std::string(), std::string("v=0\r\n"), std::string("hello"), std::string("v=1\r\n"),
        std::string("s=-\r\nv=0\r\n"), std::string("v=0\r\no=too few\r\ns=-\r\n"),
        kMinimal + "x=1\r\n", kMinimal + "a=\r\n", kMinimal + "a=:v\r\n", kMinimal + "a=b c:v\r\n",
        kMinimal + "m=audio 9 RTP/AVP\r\n", kMinimal + "m=audio 70000 RTP/AVP 0\r\n",
        kMinimal + "m=audio 9/0 RTP/AVP 0\r\n", kMinimal + "m=audio -1 RTP/AVP 0\r\n",
        kMinimal + "a=x\ry\r\n", kMinimal + std::string("a=x\0y\r\n", 7), kMinimal + "b\r\n"}) {
    EXPECT_FALSE(parse(text)) << text;
  }
}

TEST(Sdp, KeepsItsBounds) {
  const auto code = [](const std::string& text) { return parse(text).error().code; };
  std::string sections = kMinimal, lines = kMinimal, formats = kMinimal + "m=audio 9 RTP/AVP";
  for (std::size_t i = 0; i <= kMaxMedia; ++i) sections += "m=audio 9 RTP/AVP 0\r\n";
  for (std::size_t i = 0; i <= kMaxLines; ++i) lines += "a=x\r\n";
  for (std::size_t i = 0; i <= kMaxFormats; ++i) formats += " 0";
  EXPECT_EQ(code(sections), ErrorCode::limit);
  EXPECT_EQ(code(lines), ErrorCode::limit);
  EXPECT_EQ(code(formats + "\r\n"), ErrorCode::limit);
  EXPECT_EQ(code(kMinimal + "a=" + std::string(kMaxSize, 'x')), ErrorCode::limit);
}

}  // namespace
}  // namespace portico::codec::sdp
