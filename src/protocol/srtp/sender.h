#pragma once
// One direction of outgoing SRTP and SRTCP: all our streams to one peer under one master key (RFC
// 3711, RFC 7714).
//
// Sealing is out of place: the forwarder hands the rewritten header and the payload as it lies in
// the track's ring, and the protected packet comes out in the send buffer; encryption is the only
// copy. Nothing is allocated per packet, except when an SSRC is seen for the first time.
//
// Every SSRC has its own rollover counter, estimated from the sequence numbers as the receiver does
// it (RFC 3711 3.3.1), so packets may be sealed slightly out of order and may be sealed again.
// TRAP: with GCM, sealing *different* bytes (header or payload) under one (SSRC, sequence number)
// gives the authentication key away. A repeated sequence number must be byte-identical; anything
// else must go as RTX with a sequence number of its own. New streams should start below sequence
// number 32768, else the receiver misjudges the rollover counter when the first packets before a
// wrap are lost (RFC 3711 3.3.1).

#include <cstddef>
#include <memory>

#include "base/ids.h"
#include "protocol/srtp/profile.h"

namespace portico::protocol::srtp {

struct SenderOptions {
  // Bound of the SSRC table (20 bytes each, grown on demand). A full table refuses new SSRCs:
  // silently evicting one would restart its rollover counter and reuse a GCM nonce. Call forget()
  // for streams that ended.
  std::size_t max_streams = 4096;
  Backend backend = Backend::automatic;
};

class Sender {
 public:
  // invalid: key or salt has the wrong size. internal: the crypto library failed. unsupported: the
  // backend is not here.
  static Result<Sender> create(Profile profile, const KeyMaterial& keys,
                               const SenderOptions& options = {});
  Sender(Sender&&) noexcept;
  Sender& operator=(Sender&&) noexcept;
  ~Sender();

  Profile profile() const;

  // Writes header + protected payload + tag to `out` and returns the size: header.size() +
  // payload.size() + rtp_overhead(). `header` is a complete RTP header with extension as
  // rtp_header_size() measures it; it may already lie at out.data(). `payload` may be elsewhere or
  // exactly at out.data() + header.size() (in place), otherwise it must not overlap `out`. Errors:
  // invalid (bad header; a sequence number before the stream's first), limit (`out` too small,
  // table full, 2^48 packets).
  Result<std::size_t> seal_rtp(Bytes header, Bytes payload, MutableBytes out) noexcept;

  // The same for a compound RTCP packet; `plain` may be at out.data(). Size: plain.size() +
  // rtcp_overhead(). Errors: invalid (shorter than 8 bytes), limit (`out` too small, 2^31 packets
  // sent: the key is used up).
  Result<std::size_t> seal_rtcp(Bytes plain, MutableBytes out) noexcept;

  // Frees the stream's place in the table. The caller promises never to send this SSRC again under
  // this key.
  void forget(Ssrc ssrc);
  std::size_t stream_count() const;

 private:
  struct Impl;
  explicit Sender(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace portico::protocol::srtp
