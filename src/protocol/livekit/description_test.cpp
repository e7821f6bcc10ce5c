#include "protocol/livekit/description.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace portico::protocol::livekit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string read_file(const std::string& name) {
  std::ifstream file("src/codec/sdp/testdata/" + name, std::ios::binary);
  EXPECT_TRUE(file) << "run from the root of the source tree";
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

RemoteDescription read(const std::string& name) {
  auto result = read_description("offer", read_file(name));
  EXPECT_TRUE(result) << result.error().message;
  return result ? *result : RemoteDescription{};
}

std::vector<std::string> names(const RemoteSection& section) {
  std::vector<std::string> out;
  for (const auto& codec : section.codecs) {
    out.push_back(codec.name + '/' + std::to_string(codec.pt.value));
  }
  return out;
}

const std::string kHead =
    "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcd\r\n"
    "a=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 AA:BB\r\n";

TEST(Description, ChromiumsJoinOffer) {
  const RemoteDescription offer = read("chromium_join.sdp");
  EXPECT_EQ(offer.type, DescriptionType::offer);
  EXPECT_THAT(offer.bundle, ElementsAre("0", "1", "2", "3", "4", "5", "6"));
  EXPECT_EQ(offer.setup, Setup::actpass);
  EXPECT_TRUE(offer.trickle);
  EXPECT_FALSE(offer.ice_lite);
  EXPECT_THAT(offer.ufrag, SizeIs(4));
  EXPECT_THAT(offer.pwd, SizeIs(24));
  EXPECT_EQ(offer.fingerprint_hash, "sha-256");
  EXPECT_THAT(offer.fingerprint, SizeIs(32 * 3 - 1));
  EXPECT_THAT(offer.candidates.front(), HasSubstr("candidate:"));
  ASSERT_THAT(offer.sections, SizeIs(7));

  const RemoteSection& audio = offer.sections[0];
  EXPECT_EQ(audio.kind, Kind::audio);
  EXPECT_EQ(audio.direction, Direction::recvonly);
  EXPECT_FALSE(audio.rejected);
  EXPECT_THAT(names(audio), ElementsAre("opus/111", "red/63", "pcmu/0", "pcma/8"));
  EXPECT_EQ(audio.codecs[0].fmtp, "minptime=10;useinbandfec=1");
  EXPECT_EQ(audio.codecs[0].channels, 2);
  EXPECT_TRUE(audio.codecs[0].transport_cc);
  EXPECT_FALSE(audio.codecs[0].nack);
  EXPECT_EQ(audio.extensions.audio_level, 1);
  EXPECT_EQ(audio.extensions.mid, 4);
  EXPECT_TRUE(audio.rtcp_mux);
  EXPECT_TRUE(audio.extmap_allow_mixed);

  const RemoteSection& video = offer.sections[3];
  EXPECT_EQ(video.kind, Kind::video);
  const NegotiatedCodec& vp8 = video.codecs[0];
  EXPECT_EQ(vp8.name, "vp8");
  EXPECT_EQ(vp8.rtx_pt, PayloadType(97));
  EXPECT_TRUE(vp8.nack && vp8.pli && vp8.fir && vp8.transport_cc && vp8.remb);
  EXPECT_EQ(video.extensions.abs_send_time, 2);
  EXPECT_EQ(video.extensions.transport_cc, 3);
  EXPECT_EQ(video.extensions.rid, 10);
  EXPECT_EQ(video.extensions.repaired_rid, 11);
  // ulpfec, flexfec and video RED are not for us.
  for (const auto& codec : video.codecs) {
    EXPECT_THAT(codec.name, ::testing::AnyOf("vp8", "vp9", "h264", "av1"));
  }

  const RemoteSection& data = offer.sections[6];
  EXPECT_EQ(data.kind, Kind::application);
  EXPECT_EQ(data.sctp_port, 5000);
  EXPECT_EQ(data.max_message_size, 262144U);
}

TEST(Description, ChromiumsSimulcast) {
  const RemoteDescription offer = read("chromium_publish.sdp");
  ASSERT_THAT(offer.sections, SizeIs(9));
  const RemoteSection& microphone = offer.sections[7];
  EXPECT_EQ(microphone.direction, Direction::sendonly);
  EXPECT_THAT(microphone.track_id, SizeIs(36));
  EXPECT_THAT(microphone.ssrcs, SizeIs(1));
  EXPECT_THAT(microphone.cname, SizeIs(16));
  const RemoteSection& camera = offer.sections[8];
  EXPECT_THAT(camera.rids, ElementsAre("q", "h", "f"));
  EXPECT_TRUE(camera.simulcast);
  EXPECT_THAT(camera.ssrcs, IsEmpty());
  EXPECT_EQ(camera.stream_id, microphone.stream_id);
  EXPECT_EQ(camera.extensions.dependency_descriptor, 12);
}

TEST(Description, FirefoxsSimulcast) {
  const RemoteDescription offer = read("firefox_publish.sdp");
  ASSERT_THAT(offer.sections, SizeIs(9));
  EXPECT_EQ(offer.fingerprint_hash, "sha-256");  // at session level
  EXPECT_THAT(names(offer.sections[0]), ElementsAre("opus/109", "pcmu/0", "pcma/8"));
  EXPECT_EQ(offer.sections[0].direction, Direction::recvonly);
  const RemoteSection& camera = offer.sections[8];
  EXPECT_THAT(camera.rids, ElementsAre("q", "h", "f"));
  EXPECT_THAT(camera.ssrcs, SizeIs(3));
  EXPECT_THAT(camera.fid, SizeIs(3));
  EXPECT_EQ(camera.fid.at(camera.ssrcs[0]), Ssrc(605481091));
  EXPECT_EQ(camera.codecs[0].name, "vp8");
  EXPECT_EQ(camera.codecs[0].pt, PayloadType(120));
  EXPECT_EQ(camera.codecs[0].rtx_pt, PayloadType(124));
}

TEST(Description, SsrcGroupsOfOldClients) {
  const auto offer = read_description(
      "offer", kHead +
                   "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\na=rtpmap:96 VP8/90000\r\n"
                   "a=ssrc-group:SIM 1 2 3\r\na=ssrc-group:FID 1 11\r\na=ssrc-group:FID 2 12\r\n"
                   "a=ssrc:1 cname:c\r\na=ssrc:1 msid:stream track\r\na=ssrc:11 cname:c\r\n"
                   "a=ssrc:2 cname:c\r\na=ssrc:12 cname:c\r\na=ssrc:3 cname:c\r\n");
  ASSERT_TRUE(offer);
  const RemoteSection& section = offer->sections[0];
  EXPECT_THAT(section.ssrcs, ElementsAre(Ssrc(1), Ssrc(2), Ssrc(3)));
  EXPECT_THAT(section.sim_group, ElementsAre(Ssrc(1), Ssrc(2), Ssrc(3)));
  EXPECT_EQ(section.fid.at(Ssrc(2)), Ssrc(12));
  EXPECT_EQ(section.stream_id, "stream");
  EXPECT_EQ(section.track_id, "track");
}

TEST(Description, WhichSectionsAreRejected) {
  const std::string audio = " UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n";
  const auto offer = read_description(
      "offer", kHead + "a=group:BUNDLE a b\r\n" + "m=audio 9" + audio + "a=mid:a\r\n" +
                   "m=audio 0" + audio + "a=mid:b\r\na=bundle-only\r\n" + "m=audio 0" + audio +
                   "a=mid:c\r\n" + "m=audio 9" + audio + "a=mid:d\r\n" +
                   "m=text 9 RTP/AVP 0\r\na=mid:e\r\n");
  ASSERT_TRUE(offer) << offer.error().message;
  std::vector<bool> rejected;
  for (const auto& section : offer->sections) rejected.push_back(section.rejected);
  EXPECT_THAT(rejected, ElementsAre(false, false, true, true, true));
}

TEST(Description, RedWithoutOpusIsDropped) {
  const auto offer = read_description(
      "offer", kHead +
                   "m=audio 9 UDP/TLS/RTP/SAVPF 63 64 111\r\na=mid:0\r\n"
                   "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n"
                   "a=rtpmap:64 red/48000/2\r\na=fmtp:64 9/9\r\na=rtpmap:111 opus/48000/2\r\n");
  EXPECT_THAT(names(offer->sections[0]), ElementsAre("red/63", "opus/111"));
}

TEST(Description, Errors) {
  const std::string section =
      "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\na=mid:0\r\n";
  const auto error = [](std::string_view type, const std::string& sdp) {
    const auto result = read_description(type, sdp);
    return result ? std::string() : result.error().message;
  };
  EXPECT_EQ(error("offer", kHead + section), "");
  EXPECT_EQ(error("offer", kHead), "");  // nothing to transport
  EXPECT_EQ(read_description("rollback", "").error().code, ErrorCode::unsupported);
  EXPECT_THAT(error("offer", kHead + section + section), HasSubstr("mid occurs twice"));
  EXPECT_THAT(error("offer", kHead + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"),
              HasSubstr("section 0: no usable a=mid"));
  std::string no_ice = kHead, no_print = kHead;
  no_ice.replace(no_ice.find("ice-ufrag"), 9, "ice-other");
  no_print.replace(no_print.find("AA:BB"), 5, "AA-BB");
  EXPECT_THAT(error("offer", no_ice + section), HasSubstr("ice-ufrag"));
  EXPECT_THAT(error("offer", no_print + section), HasSubstr("fingerprint"));
  EXPECT_THAT(error("offer", kHead + section + "a=setup:holdconn\r\n"), HasSubstr("setup"));
  EXPECT_THAT(error("answer", "garbage"), HasSubstr("line 1"));
}

RemoteSection with(std::initializer_list<NegotiatedCodec> codecs) {
  RemoteSection section;
  section.codecs = codecs;
  return section;
}
NegotiatedCodec h264(std::uint8_t pt, const std::string& fmtp) {
  return {.pt = PayloadType(pt), .name = "h264", .clock_rate = 90000, .fmtp = fmtp};
}

TEST(Codecs, H264ByProfileAndMode) {
  const RemoteSection section = with({h264(1, "packetization-mode=1;profile-level-id=640032"),
                                      h264(2, "packetization-mode=0;profile-level-id=42e01f"),
                                      h264(3, "packetization-mode=1;profile-level-id=42e01f"),
                                      h264(4, "packetization-mode=1;profile-level-id=4d001f")});
  const auto pt = [&](const std::string& fmtp) {
    const auto* codec = match_codec(section, h264(99, fmtp));
    return codec == nullptr ? -1 : static_cast<int>(codec->pt.value);
  };
  EXPECT_EQ(pt("packetization-mode=1;profile-level-id=42e034"), 3);  // another level is fine
  EXPECT_EQ(pt("profile-level-id=42e01f"), 2);                       // mode 0 by default
  EXPECT_EQ(pt("packetization-mode=1;profile-level-id=42001f"), 3);
  EXPECT_EQ(pt("packetization-mode=1;profile-level-id=4d001f"), 4);
  EXPECT_EQ(pt("packetization-mode=1;profile-level-id=64001f"), 1);
  EXPECT_EQ(pt("packetization-mode=1;profile-level-id=640c1f"), 1);  // constrained high
  EXPECT_EQ(pt("packetization-mode=1;profile-level-id=f4001f"), -1);
  EXPECT_EQ(pt("packetization-mode=1;profile-level-id=zzzzzz"), -1);
  // Single NAL units only: a mode 1 stream has aggregates and fragments.
  EXPECT_EQ(match_codec(with({h264(2, "profile-level-id=42e01f")}),
                        h264(9, "packetization-mode=1;profile-level-id=42e01f")),
            nullptr);
}

TEST(Codecs, OthersByNameAndProfile) {
  const RemoteSection section =
      with({{.pt = PayloadType(98), .name = "vp9", .clock_rate = 90000, .fmtp = "profile-id=0"},
            {.pt = PayloadType(100),
             .name = "vp9",
             .clock_rate = 90000,
             .fmtp = "profile-id=2",
             .rtx_pt = PayloadType(101)}});
  EXPECT_EQ(find_codec(section, "video/VP9")->pt, PayloadType(98));
  EXPECT_EQ(find_codec(section, "vp9", "profile-id=2")->pt, PayloadType(100));
  EXPECT_EQ(find_codec(section, PayloadType(101))->pt, PayloadType(100));
  EXPECT_EQ(find_codec(section, "vp8"), nullptr);
  EXPECT_EQ(find_codec(section, PayloadType(1)), nullptr);
  EXPECT_EQ(match_codec(section, {.name = "vp9", .clock_rate = 90000})->pt, PayloadType(98));
  EXPECT_EQ(mime_type(section.codecs[0]), "video/VP9");
  EXPECT_EQ(mime_type({.name = "opus", .clock_rate = 48000}), "audio/opus");
  EXPECT_EQ(mime_type({.name = "pcmu", .clock_rate = 8000}), "audio/PCMU");
}

}  // namespace
}  // namespace portico::protocol::livekit
