#pragma once
// One participant's subscription to one publication: the section that carries it and the DownTrack
// behind it.

#include <memory>
#include <optional>
#include <string>

#include "codec/livekit/messages.h"
#include "media/forwarding/down_track.h"
#include "media/room/context.h"
#include "media/selector/layer_selector.h"
#include "media/speakers/connection_quality.h"
#include "protocol/livekit/offer_answer.h"

namespace portico::media::room {

class Subscription final : public forwarding::RtpOut {
 public:
  Subscription(Context& context, Participant& owner, Publication& source);
  ~Subscription() override;

  Participant& subscriber;
  Publication& publication;
  const Ssrc ssrc;
  const Ssrc rtx_ssrc;
  std::string mid;  // empty: waits for a section

  bool started() const { return down_ != nullptr; }
  // Can this section carry the publication's codec?
  bool fits(const protocol::livekit::RemoteSection& section) const;
  // The negotiation is complete: media flows from now on. Again after each later negotiation.
  void start(const protocol::livekit::RemoteSection& section);
  void stop();
  // The publication is being destroyed.
  void source_gone();
  void set_source(std::size_t layer, forwarding::UpTrack* up);

  void forward(forwarding::StoredPacket& packet, std::uint8_t layer) {
    down_->forward(packet, layer, context_.now, *this);
  }
  void apply(const codec::livekit::UpdateTrackSettings& settings);
  void set_disabled(bool disabled);
  // The layer asked for; nullopt: disabled.
  std::optional<std::uint8_t> wanted_layer() const { return selector_.wanted(); }
  void update_target();
  void request_key_frame();

  // RTCP of the subscriber.
  void on_nack(std::span<const std::uint16_t> lost);
  void on_key_frame_request();
  void on_report(const codec::rtcp::ReportBlock& block);
  // This track's share of what the subscriber's path can carry.
  void on_budget(Bitrate budget);
  Bitrate bitrate() const { return down_ ? down_->bitrate(context_.now) : Bitrate{}; }
  // 100 ms: key-frame requests while a switch is pending, the guard's verdict.
  void poll();
  bool write_sender_report(codec::rtcp::Writer& writer);

  void close_quality_window();
  speakers::ConnectionQuality quality;

 private:
  void send(Bytes header, Bytes payload) override;

  Context& context_;
  selector::LayerSelector selector_;
  std::unique_ptr<forwarding::DownTrack> down_;
  std::uint32_t reported_highest_ = 0;
  std::int32_t reported_lost_ = 0;
  bool reported_ = false;
  std::uint32_t expected_ = 0;
  std::uint32_t lost_ = 0;
  bool judged_ = false;
};

}  // namespace portico::media::room
