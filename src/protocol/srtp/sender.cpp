#include "protocol/srtp/sender.h"

#include <utility>

#include "protocol/srtp/packet_index.h"
#include "protocol/srtp/protection.h"
#include "protocol/srtp/ssrc_table.h"

namespace portico::protocol::srtp {
namespace {

constexpr std::size_t kRtcpHeader = 8;

struct Stream {
  std::int64_t highest = -1;
};

// The error path allocates its message; the good path never does.
tl::unexpected<Error> too_small() { return fail(ErrorCode::limit, "SRTP output buffer"); }

}  // namespace

struct Sender::Impl {
  Impl(Profile p, std::unique_ptr<Protection> q, std::size_t max_streams)
      : profile(p), protection(std::move(q)), streams(max_streams) {}
  Profile profile;
  std::unique_ptr<Protection> protection;
  SsrcTable<Stream> streams;
  // One counter for all SSRCs: each receiver context then sees gaps, never repetitions.
  std::uint32_t next_rtcp_index = 1;
};

Sender::Sender(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Sender::Sender(Sender&&) noexcept = default;
Sender& Sender::operator=(Sender&&) noexcept = default;
Sender::~Sender() = default;

Result<Sender> Sender::create(Profile profile, const KeyMaterial& keys,
                              const SenderOptions& options) {
  PORTICO_TRY(protection, make_protection(profile, keys, Direction::seal, options.backend));
  return Sender(std::make_unique<Impl>(profile, std::move(protection), options.max_streams));
}

Profile Sender::profile() const { return impl_->profile; }

Result<std::size_t> Sender::seal_rtp(Bytes header, Bytes payload, MutableBytes out) noexcept {
  if (header.size() < 12) return fail(ErrorCode::invalid, "RTP header");
  std::size_t size = header.size() + payload.size() + rtp_overhead(impl_->profile);
  if (out.size() < size) return too_small();
  std::uint16_t sequence = load16(header.data() + 2);
  std::uint32_t ssrc = load32(header.data() + 8);
  Stream* stream = impl_->streams.find(ssrc);
  if (stream == nullptr) {
    stream = impl_->streams.insert(ssrc);
    if (stream == nullptr) return fail(ErrorCode::limit, "outgoing SSRC table is full");
    stream->highest = sequence;
  }
  std::int64_t index = estimate_index(stream->highest, sequence);
  if (index < 0) return fail(ErrorCode::invalid, "sequence number before the stream's first");
  if (index > kMaxPacketIndex) return fail(ErrorCode::limit, "SRTP key is used up");
  if (index > stream->highest) stream->highest = index;
  if (!impl_->protection->seal_rtp(header, payload, static_cast<std::uint64_t>(index),
                                   out.data())) {
    return fail(ErrorCode::internal, "SRTP encryption");
  }
  return size;
}

Result<std::size_t> Sender::seal_rtcp(Bytes plain, MutableBytes out) noexcept {
  if (plain.size() < kRtcpHeader) return fail(ErrorCode::invalid, "RTCP packet");
  std::size_t size = plain.size() + rtcp_overhead(impl_->profile);
  if (out.size() < size) return too_small();
  if (impl_->next_rtcp_index >= kRtcpEncrypted)
    return fail(ErrorCode::limit, "SRTCP key is used up");
  if (!impl_->protection->seal_rtcp(plain, impl_->next_rtcp_index++, out.data())) {
    return fail(ErrorCode::internal, "SRTCP encryption");
  }
  return size;
}

void Sender::forget(Ssrc ssrc) { impl_->streams.erase(ssrc.value); }
std::size_t Sender::stream_count() const { return impl_->streams.size(); }

}  // namespace portico::protocol::srtp
