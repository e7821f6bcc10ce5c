// Arbitrary packets of two layers, in arbitrary order, with NACKs and target changes between them,
// from a forwarder's publishers and subscriber. Whatever happens, what is sent parses, has our
// SSRCs, and media leaves no sequence number twice unless it was asked for again.

#include <cstdlib>
#include <memory>
#include <set>
#include <vector>

#include "base/random.h"
#include "codec/rtp/packet.h"
#include "media/forwarding/down_track.h"
#include "media/forwarding/transport_feedback.h"

using namespace portico;
using namespace portico::media::forwarding;
using codec::rtp::Codec;

namespace {

struct Checker : RtpOut {
  std::set<std::uint16_t> seen;
  void send(Bytes header, Bytes payload) override {
    std::vector<std::uint8_t> bytes(header.begin(), header.end());
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    const auto packet = codec::rtp::parse_packet(bytes);
    if (!packet || packet->header_size != header.size()) std::abort();
    if (packet->ssrc == Ssrc(2)) return;
    if (packet->ssrc != Ssrc(1)) std::abort();
    // An input is far too short for the numbers to wrap.
    if (!seen.insert(packet->sequence).second) std::abort();
  }
};

UpTrack::Config up_config(std::uint8_t layer, Codec codec) {
  UpTrack::Config config;
  config.ssrc = Ssrc(10U + layer);
  config.video = true;
  config.layer = layer;
  config.payloads = {{PayloadType(96), codec, 90000, PayloadType(97)},
                     {PayloadType(63), Codec::red, 90000, std::nullopt}};
  config.extensions = {.audio_level = 1, .dependency_descriptor = 2, .abs_capture_time = 3};
  return config;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 4096) return 0;
  ByteReader reader(Bytes(data, size));
  const auto codec = static_cast<Codec>(static_cast<std::uint8_t>(Codec::vp8) + reader.u8() % 5);
  CellPool pool(64);
  UpTrack low(up_config(0, codec), pool);
  UpTrack high(up_config(1, codec), pool);
  UpTrack* ups[] = {&low, &high};
  SeededRandom random(1);
  DownTrack::Config config;
  config.ssrc = Ssrc(1);
  config.rtx_ssrc = Ssrc(2);
  config.video = true;
  config.payloads = {{codec, PayloadType(100), PayloadType(101)},
                     {Codec::opus, PayloadType(111), std::nullopt}};
  config.extensions = {
      .audio_level = 4, .dependency_descriptor = 5, .abs_capture_time = 6, .abs_send_time = 7};
  auto down = std::make_unique<DownTrack>(config, random);
  down->set_source(0, &low);
  down->set_source(1, &high);
  auto feedback = std::make_unique<TransportFeedback>(Ssrc(1), Ssrc(2));
  Checker out;
  Instant now(1000s);
  while (reader.remaining() > 2) {
    const std::uint8_t action = reader.u8();
    now += Duration(1ms) * reader.u8();
    UpTrack& up = *ups[action & 1];
    if (action >= 0xF0) {
      down->set_target(action & 2 ? std::optional<std::uint8_t>()
                                  : std::uint8_t{static_cast<std::uint8_t>(action & 1)},
                       now, action >> 2 & 3);
    } else if (action >= 0xE0) {
      const std::vector<std::uint16_t> lost{
          reader.u16(), static_cast<std::uint16_t>(out.seen.empty() ? 0 : *out.seen.begin())};
      down->on_nack(lost, now, out);
    } else if (action >= 0xD8) {
      feedback->record(reader.u16(), (action & 2) != 0, now);
      if (feedback->due(now) && feedback->take(now).empty()) std::abort();
    } else {
      // The input is the packet from its sequence number on.
      const Bytes rest =
          reader.bytes(std::min<std::size_t>(reader.remaining(), 6U + (action >> 1 & 0x3F)));
      std::vector<std::uint8_t> packet{static_cast<std::uint8_t>(action & 0x80 ? 0x90 : 0x80),
                                       static_cast<std::uint8_t>(action & 2 ? 97 : 96)};
      packet.insert(packet.end(), rest.begin(), rest.end());
      if (packet.size() < 12) packet.resize(12);
      const auto view = codec::rtp::parse_packet(packet);
      if (!view) continue;
      StoredPacket* stored =
          (action & 2) != 0 ? up.receive_rtx(*view, now) : up.receive(*view, now);
      if (stored != nullptr) down->forward(*stored, up.layer(), now, out);
    }
    down->timeout(now);
    codec::rtcp::Writer writer;
    up.write_feedback(Ssrc(1), writer, now);
    up.report_block(now);
    up.poll_activity(now);
  }
  return 0;
}
