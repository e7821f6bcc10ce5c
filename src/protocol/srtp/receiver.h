#pragma once
// One direction of incoming SRTP and SRTCP: all streams of one peer under one master key (RFC 3711,
// RFC 7714). Packets are opened in place. Per SSRC there are a rollover counter, a replay window of
// kReplayWindow RTP packets and one of 64 RTCP packets; an SSRC enters the table only after its
// first packet was authentic.

#include <cstddef>
#include <memory>

#include "base/ids.h"
#include "protocol/srtp/profile.h"

namespace portico::protocol::srtp {

// Packets this far behind the newest are refused: about a second of 10 Mbit/s video.
constexpr std::size_t kReplayWindow = 1024;

struct ReceiverOptions {
  // Bound of each of the two SSRC tables (RTP: 152 bytes a stream, RTCP: 24, grown on demand). A
  // full table evicts the stream unused for longest; only an authenticated peer can cause that, and
  // only its own streams lose their replay protection.
  std::size_t max_streams = 256;
  Backend backend = Backend::automatic;
};

class Receiver {
 public:
  // Errors as Sender::create.
  static Result<Receiver> create(Profile profile, const KeyMaterial& keys,
                                 const ReceiverOptions& options = {});
  Receiver(Receiver&&) noexcept;
  Receiver& operator=(Receiver&&) noexcept;
  ~Receiver();

  Profile profile() const;

  // Verifies and decrypts in place; returns the RTP packet without its tag (a prefix of `packet`).
  // After an error the content of `packet` is undefined. Errors: truncated and invalid (not an SRTP
  // packet), unauthenticated (tag), conflict (seen before or too old: replay).
  Result<MutableBytes> open_rtp(MutableBytes packet) noexcept;

  // The same for SRTCP; returns the plain compound packet. Unencrypted SRTCP (E = 0) is refused:
  // denied.
  Result<MutableBytes> open_rtcp(MutableBytes packet) noexcept;

  std::size_t stream_count() const;

 private:
  struct Impl;
  explicit Receiver(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace portico::protocol::srtp
