// An association that shook hands honestly and is then fed anything: chunks with the right tag and
// checksum, in any order, with time passing and the application sending in between. It must not
// crash, not grow, and only ever emit well-formed packets.

#include <algorithm>
#include <cstdint>

#include "base/check.h"
#include "base/random.h"
#include "codec/sctp/packet.h"
#include "protocol/sctp/association.h"

namespace {

using namespace portico;
using namespace portico::protocol::sctp;
namespace wire = portico::codec::sctp;

class Session {
 public:
  Session() : random_(7), honest_(client(), random_), target_(server(), random_) {
    honest_.start(now_);
    target_.start(now_);
    for (int i = 0; i < 8; ++i) {
      while (auto packet = honest_.poll_transmit(now_)) {
        note(*packet, peer_tsn_);
        if (load32(&(*packet)[4]) != 0) tag_ = load32(&(*packet)[4]);
        target_.receive(*packet, now_);
      }
      while (auto packet = target_.poll_transmit(now_)) {
        note(*packet, own_tsn_);
        honest_.receive(*packet, now_);
      }
    }
    PORTICO_CHECK(target_.state() == State::connected);
    static_cast<void>(target_.add_channel(0, "zero", {}));
    static_cast<void>(target_.open_channel("one", {}, now_));
  }

  void step(ByteReader& input) {
    std::uint8_t action = input.u8();
    switch (action % 8) {
      case 0:
        now_ += std::chrono::milliseconds(input.u16());
        target_.timeout(now_);
        break;
      case 1:
        static_cast<void>(target_.send(input.u8() % 4, input.bytes(input.u8() % 8), true, now_));
        break;
      case 2:
        static_cast<void>(target_.send(input.u8() % 4, ByteVector(input.u16()), false, now_));
        break;
      case 3:
        target_.close_channel(input.u8() % 4);
        break;
      case 4:
        drain_ = !drain_;
        break;
      case 5:
        inject(input, 0);
        break;
      default:
        inject(input, tag_);
        break;
    }
    settle();
  }

 private:
  static Config client() {
    Config config;
    config.role = Role::client;
    return config;
  }
  // Small limits, so that they are reached.
  static Config server() {
    Config config;
    config.receive_buffer = 32 * 1024;
    config.max_message_size = 8 * 1024;
    config.send_buffer = 64 * 1024;
    config.max_channels = 8;
    return config;
  }
  static void note(Bytes packet, std::uint32_t& tsn) {
    constexpr std::size_t kInitialTsn = 12 + 4 + 12;
    if (packet[12] == static_cast<std::uint8_t>(wire::ChunkType::init))
      tsn = load32(&packet[kInitialTsn]);
  }
  // Fuzzers don't guess sequence numbers, so those of the first chunk are relative.
  void relate(ByteVector& chunks) const {
    auto add = [&](std::size_t offset, std::uint32_t base) {
      if (chunks.size() >= offset + 4) store32(&chunks[offset], load32(&chunks[offset]) + base);
    };
    if (chunks.empty()) return;
    switch (static_cast<wire::ChunkType>(chunks[0])) {
      case wire::ChunkType::data:
      case wire::ChunkType::forward_tsn:
        add(4, peer_tsn_);
        break;
      case wire::ChunkType::sack:
      case wire::ChunkType::shutdown:
        add(4, own_tsn_);
        break;
      case wire::ChunkType::re_config:
        add(8, chunks.size() > 5 && chunks[5] == 16 ? own_tsn_ : peer_tsn_);
        add(16, peer_tsn_);
        break;
      default:
        break;
    }
  }
  void inject(ByteReader& input, std::uint32_t tag) {
    std::size_t size = std::min<std::size_t>(input.u8(), input.remaining());
    Bytes raw = input.bytes(size);
    ByteVector chunks(raw.begin(), raw.end());
    relate(chunks);
    wire::PacketWriter out({5000, 5000, tag}, 1148);
    out.body().bytes(chunks);
    target_.receive(out.finish(), now_);
  }
  void settle() {
    int packets = 0;
    while (auto packet = target_.poll_transmit(now_)) {
      PORTICO_CHECK(packet->size() <= 1148);
      PORTICO_CHECK(wire::parse_packet(*packet, false).has_value());
      PORTICO_CHECK(++packets < 10'000);
    }
    while (drain_ && target_.poll_event()) {
    }
    auto deadline = target_.next_deadline();
    PORTICO_CHECK(!deadline || *deadline < now_ + 60min);
    Stats stats = target_.stats();
    PORTICO_CHECK(stats.receive_buffered <= 32 * 1024 + 2 * 8 * 1024 + 64 * 1024);
    PORTICO_CHECK(target_.buffered_total() <= 64 * 1024 + 4096);
    PORTICO_CHECK(stats.bytes_in_flight <= 4 * 64 * 1024);
  }

  SeededRandom random_;
  Instant now_{};
  Association honest_;
  Association target_;
  std::uint32_t tag_ = 0;
  std::uint32_t peer_tsn_ = 0;
  std::uint32_t own_tsn_ = 0;
  bool drain_ = true;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;
  Session session;
  ByteReader input(Bytes(data, size));
  while (input.ok() && input.remaining() > 0) session.step(input);
  return 0;
}
