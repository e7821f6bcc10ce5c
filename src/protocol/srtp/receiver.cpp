#include "protocol/srtp/receiver.h"

#include <utility>

#include "protocol/srtp/packet_index.h"
#include "protocol/srtp/protection.h"
#include "protocol/srtp/ssrc_table.h"

namespace portico::protocol::srtp {
namespace {

constexpr std::size_t kRtcpHeader = 8;
constexpr std::size_t kRtcpReplayWindow = 64;

tl::unexpected<Error> replayed() { return fail(ErrorCode::conflict, "SRTP replay"); }
tl::unexpected<Error> not_authentic() { return fail(ErrorCode::unauthenticated, "SRTP tag"); }

}  // namespace

struct Receiver::Impl {
  Impl(Profile p, std::unique_ptr<Protection> q, std::size_t max_streams)
      : profile(p), protection(std::move(q)), rtp(max_streams), rtcp(max_streams) {}
  Profile profile;
  std::unique_ptr<Protection> protection;
  SsrcTable<ReplayWindow<kReplayWindow>> rtp;
  SsrcTable<ReplayWindow<kRtcpReplayWindow>> rtcp;
};

Receiver::Receiver(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Receiver::Receiver(Receiver&&) noexcept = default;
Receiver& Receiver::operator=(Receiver&&) noexcept = default;
Receiver::~Receiver() = default;

Result<Receiver> Receiver::create(Profile profile, const KeyMaterial& keys,
                                  const ReceiverOptions& options) {
  PORTICO_TRY(protection, make_protection(profile, keys, Direction::open, options.backend));
  return Receiver(std::make_unique<Impl>(profile, std::move(protection), options.max_streams));
}

Profile Receiver::profile() const { return impl_->profile; }

Result<MutableBytes> Receiver::open_rtp(MutableBytes packet) noexcept {
  std::size_t tag = rtp_overhead(impl_->profile);
  if (packet.size() < 12 + tag) return fail(ErrorCode::truncated, "SRTP packet");
  auto header_size = rtp_header_size(packet.first(packet.size() - tag));
  if (!header_size) return tl::unexpected<Error>(std::move(header_size).error());
  std::uint16_t sequence = load16(packet.data() + 2);
  std::uint32_t ssrc = load32(packet.data() + 8);

  auto* window = impl_->rtp.find(ssrc);
  std::int64_t index = sequence;
  if (window != nullptr) {
    index = estimate_index(window->highest(), sequence);
    // Before the first rollover there is no counter to go back to: read a far jump as a jump
    // forward.
    if (index < 0) index = sequence;
    if (index > kMaxPacketIndex || !window->acceptable(index)) return replayed();
  }
  if (!impl_->protection->open_rtp(packet, *header_size, static_cast<std::uint64_t>(index))) {
    return not_authentic();
  }
  if (window == nullptr) window = &impl_->rtp.insert_evicting(ssrc);
  window->accept(index);
  return packet.first(packet.size() - tag);
}

Result<MutableBytes> Receiver::open_rtcp(MutableBytes packet) noexcept {
  std::size_t overhead = rtcp_overhead(impl_->profile);
  if (packet.size() < kRtcpHeader + overhead) return fail(ErrorCode::truncated, "SRTCP packet");
  if (packet[0] >> 6 != 2) return fail(ErrorCode::invalid, "RTCP version");
  std::uint32_t word = impl_->protection->rtcp_index_word(packet);
  if ((word & kRtcpEncrypted) == 0) return fail(ErrorCode::denied, "SRTCP is not encrypted");
  std::int64_t index = word & ~kRtcpEncrypted;
  std::uint32_t ssrc = load32(packet.data() + 4);

  auto* window = impl_->rtcp.find(ssrc);
  if (window != nullptr && !window->acceptable(index)) return replayed();
  if (!impl_->protection->open_rtcp(packet)) return not_authentic();
  if (window == nullptr) window = &impl_->rtcp.insert_evicting(ssrc);
  window->accept(index);
  return packet.first(packet.size() - overhead);
}

std::size_t Receiver::stream_count() const { return impl_->rtp.size(); }

}  // namespace portico::protocol::srtp
