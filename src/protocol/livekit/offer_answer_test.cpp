#include "protocol/livekit/offer_answer.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "codec/sdp/sdp.h"

namespace portico::protocol::livekit {
namespace {

using codec::sdp::Media;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Use = SectionPlan::Use;

RemoteDescription read(const std::string& name) {
  std::ifstream file("src/codec/sdp/testdata/" + name, std::ios::binary);
  EXPECT_TRUE(file) << "run from the root of the source tree";
  std::ostringstream text;
  text << file.rdbuf();
  return *read_description("offer", text.str());
}

LocalTransport local() {
  return {.ufrag = "0abc",
          .pwd = "0123456789012345678901",
          .fingerprint = "AA:BB",
          .candidate_lines = {"candidate:1 1 udp 2130706431 192.0.2.1 443 typ host"},
          .end_of_candidates = true};
}

SectionPlan subscription() {
  return {.use = Use::send,
          .stream_id = "PA_x|TR_y",
          .track_id = "TR_y",
          .cname = "PA_x",
          .ssrc = Ssrc(1000),
          .rtx_ssrc = Ssrc(1001)};
}

codec::sdp::Session answer(const RemoteDescription& offer,
                           const std::map<std::string, SectionPlan>& plans) {
  auto parsed = codec::sdp::parse(write_answer(offer, local(), plans, 7, 3));
  EXPECT_TRUE(parsed) << parsed.error().message;
  return *parsed;
}

std::vector<std::string> values(const Media& media, std::string_view name) {
  std::vector<std::string> out;
  for (const auto value : media.attributes.all(name)) out.emplace_back(value);
  return out;
}

TEST(Answer, UnusedSectionsAreInactiveAndNeverRejected) {
  const RemoteDescription offer = read("chromium_join.sdp");
  const auto session = answer(offer, {});
  EXPECT_EQ(session.attributes.first("group"), "BUNDLE 0 1 2 3 4 5 6");
  EXPECT_THAT(session.origin, HasSubstr(" 7 3 "));
  EXPECT_TRUE(session.attributes.has("extmap-allow-mixed"));
  EXPECT_FALSE(session.attributes.has("ice-lite"));
  ASSERT_EQ(session.media.size(), 7U);
  for (std::size_t i = 0; i < 7; ++i) {
    const Media& media = session.media[i];
    EXPECT_EQ(media.media, offer.sections[i].media);
    EXPECT_EQ(media.attributes.first("mid"), offer.sections[i].mid);
    EXPECT_EQ(media.port, 9);
    EXPECT_EQ(media.attributes.first("setup"), "passive");
    EXPECT_EQ(media.attributes.first("ice-ufrag"), "0abc");
    EXPECT_EQ(media.attributes.first("ice-options"), "trickle");
    EXPECT_EQ(media.attributes.first("fingerprint"), "sha-256 AA:BB");
    EXPECT_EQ(media.attributes.has("inactive"), i < 6);
    EXPECT_EQ(media.attributes.has("candidate"), i == 0);
    EXPECT_EQ(media.attributes.has("end-of-candidates"), i == 0);
    EXPECT_EQ(media.attributes.has("rtcp-mux"), i < 6);
    EXPECT_FALSE(media.attributes.has("msid"));
  }
  EXPECT_THAT(session.media[6].formats, ElementsAre("webrtc-datachannel"));
  EXPECT_EQ(session.media[6].attributes.first("sctp-port"), "5000");
  EXPECT_EQ(session.media[6].attributes.first("max-message-size"), "65535");
}

TEST(Answer, SendsASubscription) {
  const RemoteDescription offer = read("chromium_join.sdp");
  const auto session = answer(offer, {{"3", subscription()}});
  const Media& media = session.media[3];
  EXPECT_TRUE(media.attributes.has("sendonly"));
  EXPECT_EQ(media.attributes.first("msid"), "PA_x|TR_y TR_y");
  EXPECT_EQ(media.attributes.first("ssrc-group"), "FID 1000 1001");
  EXPECT_THAT(values(media, "ssrc"), ElementsAre("1000 cname:PA_x", "1000 msid:PA_x|TR_y TR_y",
                                                 "1001 cname:PA_x", "1001 msid:PA_x|TR_y TR_y"));
  // The payload types and extension ids of the offer.
  EXPECT_EQ(media.formats[0], "96");
  EXPECT_EQ(media.formats[1], "97");
  EXPECT_THAT(values(media, "fmtp"), Contains("97 apt=96"));
  EXPECT_THAT(values(media, "rtcp-fb"), Contains("96 goog-remb"));
  EXPECT_THAT(values(media, "rtcp-fb"), Contains("96 nack pli"));
  EXPECT_THAT(values(media, "rtcp-fb"), Not(Contains("96 transport-cc")));
  EXPECT_TRUE(session.media[4].attributes.has("inactive"));
}

TEST(Answer, FeedbackFollowsThePlan) {
  const RemoteDescription offer = read("chromium_join.sdp");
  SectionPlan plan = subscription();
  plan.feedback = Feedback::transport_cc;
  const auto codecs = answered_codecs(offer.sections[3], plan);
  EXPECT_TRUE(codecs[0].transport_cc);
  EXPECT_FALSE(codecs[0].remb);
}

// libwebrtc drops an extension from later offers once an answer has left it out.
TEST(Answer, ExtensionsDontDependOnTheUse) {
  const RemoteDescription offer = read("chromium_join.sdp");
  const auto session = answer(offer, {{"3", subscription()}});
  EXPECT_EQ(values(session.media[3], "extmap"), values(session.media[4], "extmap"));
  const ExtensionIds ids = answered_extensions(offer.sections[4]);
  EXPECT_EQ(ids.mid, 4);
  EXPECT_EQ(ids.rid, 10);
  EXPECT_EQ(ids.repaired_rid, 11);
  EXPECT_EQ(ids.transport_cc, 3);
  EXPECT_EQ(ids.abs_send_time, 2);
  EXPECT_EQ(ids.video_orientation, std::nullopt);  // else senders stop rotating for us
  EXPECT_EQ(answered_extensions(offer.sections[0]).audio_level, 1);
  EXPECT_EQ(answered_extensions(offer.sections[0]).transport_cc, std::nullopt);
}

TEST(Answer, ReceivesSimulcast) {
  const RemoteDescription offer = read("chromium_publish.sdp");
  const auto session = answer(offer, {{"8", {.use = Use::receive, .codec = "h264"}}});
  const Media& media = session.media[8];
  EXPECT_TRUE(media.attributes.has("recvonly"));
  EXPECT_THAT(values(media, "rid"), ElementsAre("q recv", "h recv", "f recv"));
  EXPECT_EQ(media.attributes.first("simulcast"), "recv q;h;f");
  EXPECT_FALSE(media.attributes.has("msid"));
  EXPECT_FALSE(media.attributes.has("ssrc"));
  EXPECT_THAT(values(media, "rtcp-fb"), Contains("96 transport-cc"));
  // Every offered H264, with its own parameters, then the others.
  const auto codecs = answered_codecs(offer.sections[8], {.use = Use::receive, .codec = "h264"});
  EXPECT_EQ(codecs[0].name, "h264");
  EXPECT_EQ(codecs[0].pt, PayloadType(102));
  EXPECT_THAT(codecs[0].fmtp, HasSubstr("profile-level-id=42001f"));
  EXPECT_EQ(codecs.size(), offer.sections[8].codecs.size());
  EXPECT_EQ(codecs.back().name, "vp9");
}

TEST(Answer, AnswersFirefoxWithItsOwnNumbers) {
  const RemoteDescription offer = read("firefox_publish.sdp");
  const auto session = answer(offer, {{"8", {.use = Use::receive}}, {"0", subscription()}});
  EXPECT_THAT(session.media[8].formats, Contains("120"));
  EXPECT_EQ(session.media[8].attributes.first("simulcast"), "recv q;h;f");
  EXPECT_EQ(session.media[0].formats[0], "109");
  EXPECT_THAT(values(session.media[0], "ssrc"),
              ElementsAre("1000 cname:PA_x", "1000 msid:PA_x|TR_y TR_y"));  // audio has no RTX
  EXPECT_FALSE(session.media[0].attributes.has("ssrc-group"));
}

TEST(Answer, OpusParameters) {
  RemoteDescription offer = read("chromium_publish.sdp");
  const auto fmtp = [&](const SectionPlan& plan) {
    return answered_codecs(offer.sections[7], plan)[0].fmtp;
  };
  EXPECT_EQ(fmtp({.use = Use::receive}), "minptime=10;useinbandfec=1;usedtx=1");
  EXPECT_EQ(fmtp({.use = Use::receive, .dtx = false}), "minptime=10;useinbandfec=1");
  EXPECT_EQ(fmtp({.use = Use::receive, .stereo = true, .dtx = false}),
            "minptime=10;useinbandfec=1;stereo=1;maxaveragebitrate=510000");
  offer.sections[7].direction = Direction::recvonly;
  SectionPlan send = subscription();
  send.stereo = true;
  EXPECT_EQ(fmtp(send), "minptime=10;useinbandfec=1;sprop-stereo=1");
}

TEST(Answer, RedComesFirstOrNotAtAll) {
  const RemoteDescription offer = read("chromium_publish.sdp");
  const auto with = answered_codecs(offer.sections[7], {.use = Use::receive, .red = true});
  EXPECT_EQ(with[0].name, "red");
  EXPECT_EQ(with[0].fmtp, "111/111");
  EXPECT_EQ(with[1].name, "opus");
  for (const auto& codec : answered_codecs(offer.sections[7], {.use = Use::receive})) {
    EXPECT_NE(codec.name, "red");
  }
}

TEST(Answer, DirectionsNeverExceedTheOffer) {
  RemoteSection section;
  const auto direction = [&](Direction offered, Use use) {
    section.direction = offered;
    return answered_direction(section, {.use = use});
  };
  EXPECT_EQ(direction(Direction::sendonly, Use::receive), Direction::recvonly);
  EXPECT_EQ(direction(Direction::sendrecv, Use::receive), Direction::recvonly);
  EXPECT_EQ(direction(Direction::recvonly, Use::send), Direction::sendonly);
  EXPECT_EQ(direction(Direction::sendrecv, Use::send_receive), Direction::sendrecv);
  EXPECT_EQ(direction(Direction::sendonly, Use::send_receive), Direction::recvonly);
  EXPECT_EQ(direction(Direction::recvonly, Use::send_receive), Direction::sendonly);
  EXPECT_EQ(direction(Direction::sendonly, Use::send), Direction::inactive);
  EXPECT_EQ(direction(Direction::recvonly, Use::receive), Direction::inactive);
  EXPECT_EQ(direction(Direction::inactive, Use::send_receive), Direction::inactive);
  EXPECT_EQ(direction(Direction::sendrecv, Use::inactive), Direction::inactive);
}

TEST(Answer, RejectedSectionsStayRejectedAndKeepTheirPlace) {
  RemoteDescription offer = read("chromium_join.sdp");
  offer.sections[1].rejected = true;
  offer.sections[2].codecs.clear();  // nothing that we can forward
  const auto session = answer(offer, {});
  EXPECT_EQ(session.attributes.first("group"), "BUNDLE 0 3 4 5 6");
  for (const std::size_t i : {1U, 2U}) {
    EXPECT_EQ(session.media[i].port, 0);
    EXPECT_THAT(session.media[i].formats, Not(IsEmpty()));
    EXPECT_EQ(session.media[i].attributes.first("mid"), offer.sections[i].mid);
  }
  offer.sections[0].rejected = true;
  EXPECT_TRUE(answer(offer, {}).media[3].attributes.has("candidate"));
}

TEST(Answer, ReadsBackAsADescription) {
  const RemoteDescription offer = read("chromium_publish.sdp");
  SectionPlan both = subscription();
  both.use = Use::send_receive;
  const auto back = read_description(
      "answer", write_answer(offer, local(), {{"0", subscription()}, {"8", both}}, 1, 1));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->setup, Setup::passive);
  EXPECT_EQ(back->sections.size(), offer.sections.size());
  EXPECT_EQ(back->sections[0].track_id, "TR_y");
  EXPECT_EQ(back->sections[0].ssrcs, std::vector{Ssrc(1000)});
  EXPECT_THAT(back->candidates, ElementsAre(local().candidate_lines[0]));
}

TEST(Offer, ForASubscriber) {
  SectionPlan audio = subscription(), video = subscription();
  audio.stereo = true;
  const std::vector<OfferSection> sections = {
      {.mid = "0", .kind = Kind::application},
      {.mid = "1", .kind = Kind::audio, .plan = audio},
      {.mid = "2", .kind = Kind::video, .plan = video, .codecs = {"h264"}},
      {.mid = "3", .kind = Kind::video}};
  LocalTransport transport = local();
  transport.ice_lite = true;
  const auto session = *codec::sdp::parse(write_offer(transport, sections, 7, 4));
  EXPECT_TRUE(session.attributes.has("ice-lite"));
  EXPECT_EQ(session.attributes.first("group"), "BUNDLE 0 1 2 3");
  ASSERT_EQ(session.media.size(), 4U);
  for (const Media& media : session.media) {
    EXPECT_EQ(media.attributes.first("setup"), "actpass");
    EXPECT_EQ(media.port, 9);
  }
  EXPECT_TRUE(session.media[0].attributes.has("candidate"));
  EXPECT_EQ(session.media[0].attributes.first("sctp-port"), "5000");
  EXPECT_TRUE(session.media[1].attributes.has("sendonly"));
  EXPECT_THAT(values(session.media[1], "fmtp"),
              ElementsAre("111 minptime=10;useinbandfec=1;sprop-stereo=1"));
  EXPECT_THAT(values(session.media[1], "rtcp-fb"), ElementsAre("111 nack"));
  EXPECT_EQ(session.media[2].formats[0], "108");
  EXPECT_EQ(session.media[2].formats[1], "109");
  EXPECT_EQ(session.media[2].attributes.first("ssrc-group"), "FID 1000 1001");
  EXPECT_TRUE(session.media[3].attributes.has("inactive"));
  EXPECT_FALSE(session.media[3].attributes.has("msid"));
  EXPECT_EQ(session.media[3].formats[0], "96");
}

TEST(Offer, PayloadTypesAreUniqueWithinAKind) {
  for (const Kind kind : {Kind::audio, Kind::video}) {
    std::vector<PayloadType> used;
    for (const auto& codec : offered_codecs(kind)) {
      EXPECT_THAT(used, Not(Contains(codec.pt)));
      used.push_back(codec.pt);
      if (!codec.rtx_pt) continue;
      EXPECT_THAT(used, Not(Contains(*codec.rtx_pt)));
      used.push_back(*codec.rtx_pt);
    }
  }
  EXPECT_THAT(offered_codecs(Kind::application), IsEmpty());
}

TEST(Offer, RoundTripThroughAnAnswer) {
  SectionPlan red = subscription();
  red.red = true;
  const std::vector<OfferSection> sections = {
      {.mid = "0", .kind = Kind::audio, .plan = red},
      {.mid = "1", .kind = Kind::video, .plan = subscription(), .codecs = {"nonsense"}}};
  const auto offer = read_description("offer", write_offer(local(), sections, 1, 1));
  ASSERT_TRUE(offer) << offer.error().message;
  EXPECT_EQ(offer->sections[0].codecs[0].name, "red");
  EXPECT_FALSE(offer->sections[0].codecs[1].nack);
  EXPECT_EQ(offer->sections[1].codecs[0].name, "vp8");
  EXPECT_EQ(offer->sections[1].direction, Direction::sendonly);
  EXPECT_EQ(offer->sections[1].stream_id, "PA_x|TR_y");
}

}  // namespace
}  // namespace portico::protocol::livekit
