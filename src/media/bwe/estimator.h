#pragma once
// How much can the path to one subscriber carry? One estimator per transport; layer choice asks it.
// The interface is the seam for send-side estimation (transport-wide feedback); RembEstimator is
// what REMB mode needs and no more: the receiver's own estimate, capped by what its loss reports
// say.

#include <optional>

#include "base/ids.h"
#include "base/time.h"

namespace portico::media::bwe {

class Estimator {
 public:
  virtual ~Estimator() = default;
  // The receiver's estimate (REMB) of the whole path.
  virtual void on_remb(Bitrate bitrate, Instant now) = 0;
  // One receiver report of the path: `fraction_lost` 0..1, `sent` what left for this subscriber
  // lately.
  virtual void on_loss(double fraction_lost, Bitrate sent, Instant now) = 0;
  // nullopt: nothing is known, the path counts as wide.
  virtual std::optional<Bitrate> estimate(Instant now) const = 0;
};

// REMB is believed for ten seconds (livekit-protocol 6.4). Loss above 10 % in a report limits the
// estimate to sent x (1 - loss/2), the rule of Google congestion control's loss controller
// (draft-ietf-rmcat-gcc-02 section 6); reports under 2 % raise that limit by 8 % a second until it
// no longer binds. Between the two it stays.
class RembEstimator final : public Estimator {
 public:
  void on_remb(Bitrate bitrate, Instant now) override;
  void on_loss(double fraction_lost, Bitrate sent, Instant now) override;
  std::optional<Bitrate> estimate(Instant now) const override;

 private:
  std::optional<Bitrate> remb_;
  Instant remb_at_;
  std::optional<Bitrate> loss_limit_;
  Instant loss_at_;
};

// The part of a path's estimate that one track of it may count as its own: proportional to what it
// sends now. With nothing sent by anyone the whole estimate.
Bitrate share(Bitrate estimate, Bitrate track, Bitrate all_tracks);

}  // namespace portico::media::bwe
