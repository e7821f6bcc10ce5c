#include "codec/sdp/attributes.h"

#include <gmock/gmock.h>

#include "codec/sdp/text.h"

namespace portico::codec::sdp {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Attributes, RtpMap) {
  const auto opus = parse_rtpmap("111 opus/48000/2");
  ASSERT_TRUE(opus);
  EXPECT_EQ(opus->pt, 111);
  EXPECT_EQ(opus->encoding, "opus");
  EXPECT_EQ(opus->clock_rate, 48000U);
  EXPECT_EQ(opus->channels, 2);
  EXPECT_EQ(parse_rtpmap("0 PCMU/8000")->channels, 1);
  for (const char* bad : {"", "111", "111 opus", "128 opus/48000", "x opus/48000", "1 opus/0",
                          "1 /48000", "1 opus/48000/x", "-1 opus/48000"}) {
    EXPECT_FALSE(parse_rtpmap(bad)) << bad;
  }
}

TEST(Attributes, RtcpFeedback) {
  EXPECT_EQ(parse_rtcp_fb("96 nack pli")->type, "nack pli");
  EXPECT_EQ(parse_rtcp_fb("96 nack")->pt, 96);
  EXPECT_EQ(parse_rtcp_fb("* transport-cc")->pt, std::nullopt);
  EXPECT_FALSE(parse_rtcp_fb("96"));
  EXPECT_FALSE(parse_rtcp_fb("96 "));
  EXPECT_FALSE(parse_rtcp_fb("200 nack"));
}

TEST(Attributes, ExtMap) {
  EXPECT_EQ(parse_extmap("4 urn:ietf:params:rtp-hdrext:sdes:mid")->id, 4);
  EXPECT_EQ(parse_extmap("2/recvonly urn:x extra")->uri, "urn:x");
  EXPECT_FALSE(parse_extmap("0 urn:x"));
  EXPECT_FALSE(parse_extmap("256 urn:x"));
  EXPECT_FALSE(parse_extmap("4"));
}

TEST(Attributes, Ssrcs) {
  const auto line = parse_ssrc("4294967295 msid:a b");
  EXPECT_EQ(line->ssrc, 0xffff'ffffU);
  EXPECT_EQ(line->name, "msid");
  EXPECT_EQ(line->value, "a b");
  EXPECT_FALSE(parse_ssrc("4294967296 cname:x"));
  EXPECT_FALSE(parse_ssrc("1"));
  const auto group = parse_ssrc_group("FID 1 2");
  EXPECT_EQ(group->semantics, "FID");
  EXPECT_THAT(group->ssrcs, ElementsAre(1U, 2U));
  EXPECT_FALSE(parse_ssrc_group("FID"));
  EXPECT_FALSE(parse_ssrc_group("FID 1 x"));
}

TEST(Attributes, RidsAndSimulcast) {
  EXPECT_EQ(parse_rid("q send")->id, "q");
  EXPECT_FALSE(parse_rid("q recv pt=96")->send);
  EXPECT_FALSE(parse_rid("q both"));
  EXPECT_THAT(parse_simulcast("send q;~h;f", "send"), ElementsAre("q", "h", "f"));
  EXPECT_THAT(parse_simulcast("recv a,b;c send x,y", "send"), ElementsAre("x"));
  EXPECT_THAT(parse_simulcast("recv a,b;c send x,y", "recv"), ElementsAre("a", "c"));
  EXPECT_THAT(parse_simulcast("", "send"), IsEmpty());
  EXPECT_THAT(parse_simulcast("send ;;~;,", "send"), IsEmpty());
}

TEST(Attributes, Fingerprint) {
  const auto good = parse_fingerprint("SHA-256 0a:Bc:FF");
  EXPECT_EQ(good->hash, "sha-256");
  EXPECT_EQ(good->value, "0A:BC:FF");
  for (const char* bad : {"sha-256", "sha-256 ", "sha-256 0a:", "sha-256 0g", "sha-256 0abc"}) {
    EXPECT_FALSE(parse_fingerprint(bad)) << bad;
  }
}

TEST(Attributes, Msid) {
  EXPECT_EQ(parse_msid("- track")->track, "track");
  EXPECT_EQ(parse_msid("stream")->track, "");
  EXPECT_FALSE(parse_msid(""));
}

TEST(Attributes, FmtpReadsAndEdits) {
  Fmtp fmtp("minptime=10; useinbandfec=1;flag");
  EXPECT_EQ(fmtp.get("MINPTIME"), "10");
  EXPECT_EQ(fmtp.get("none"), std::nullopt);
  fmtp.set("minptime", "20");
  fmtp.set("usedtx", "1");
  fmtp.remove("useinbandfec");
  EXPECT_EQ(fmtp.text(), "minptime=20;flag;usedtx=1");
  EXPECT_EQ(Fmtp("111/111").text(), "111/111");
  EXPECT_EQ(Fmtp(";;=;").text(), "");
  EXPECT_TRUE(Fmtp("").empty());
}

TEST(Text, Numbers) {
  EXPECT_EQ(number<std::uint8_t>("127", 127), 127);
  EXPECT_FALSE(number<std::uint8_t>("128", 127));
  EXPECT_FALSE(number<std::uint8_t>("300", 127));
  EXPECT_FALSE(number<std::uint32_t>("", 10));
  EXPECT_FALSE(number<std::uint32_t>("+1", 10));
  EXPECT_FALSE(number<std::uint32_t>("1 ", 10));
  EXPECT_TRUE(equal_ignoring_case("H264", "h264"));
  EXPECT_FALSE(equal_ignoring_case("H264", "h265"));
}

}  // namespace
}  // namespace portico::codec::sdp
