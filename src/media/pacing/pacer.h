#pragma once
// The seam between forwarding and the transport: when may a packet leave? A down track writes into
// an RtpOut. What stands behind it is the transport's Pacer, which hands packets on to the RtpOut
// that encrypts.
//
//   DownTrack --RtpOut--> Pacer --RtpOut--> PeerTransport::send_rtp
//
// PassThroughPacer is the pacer of REMB mode (the receiver's estimate steers layers, bursts leave
// as they come, GSO batches them): it delays nothing and measures what leaves. A pacer of send-side
// estimation implements the same interface with a queue and a deadline.

#include <optional>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"
#include "media/pacing/rate_meter.h"

namespace portico::media::pacing {

// Where finished RTP leaves. `header` is the whole RTP header (authenticated), `payload` what is to
// be encrypted. Both are borrowed: the callee has encrypted or copied them when it returns, because
// the caller overwrites the buffers for the next subscriber.
class RtpOut {
 public:
  virtual ~RtpOut() = default;
  virtual void send(Bytes header, Bytes payload) = 0;
};

class Pacer : public RtpOut {
 public:
  // The owner calls this before it lets packets in and whenever next_deadline() has passed.
  virtual void timeout(Instant now) = 0;
  virtual std::optional<Instant> next_deadline() const = 0;
  // What has left in the last second.
  virtual Bitrate sent(Instant now) const = 0;
};

class PassThroughPacer final : public Pacer {
 public:
  explicit PassThroughPacer(RtpOut& out) : out_(out) {}

  void send(Bytes header, Bytes payload) override {
    meter_.add(header.size() + payload.size(), now_);
    out_.send(header, payload);
  }
  void timeout(Instant now) override { now_ = now; }
  std::optional<Instant> next_deadline() const override { return std::nullopt; }
  Bitrate sent(Instant now) const override { return meter_.bitrate(now); }

 private:
  RtpOut& out_;
  RateMeter meter_;
  Instant now_;
};

}  // namespace portico::media::pacing
