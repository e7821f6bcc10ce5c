#pragma once
// A track that a participant publishes: its TrackInfo, the media section it was bound to, and one
// UpTrack for each simulcast layer. Born with add_track, bound by an offer, announced with the
// first packet (only then its codec is certain).

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "codec/livekit/messages.h"
#include "media/forwarding/up_track.h"
#include "media/room/context.h"
#include "media/selector/layer_selector.h"
#include "media/speakers/connection_quality.h"
#include "protocol/livekit/offer_answer.h"

namespace portico::media::room {

forwarding::ExtensionIds extension_ids(const protocol::livekit::ExtensionIds& ids);

class Publication {
 public:
  static constexpr std::size_t kMaxLayers = 3;

  Publication(Context& context, Participant& owner, codec::livekit::TrackInfo track_info,
              std::string client_id);
  // Takes itself away from all subscriptions.
  ~Publication();
  Publication(const Publication&) = delete;
  Publication& operator=(const Publication&) = delete;

  Participant& publisher;
  codec::livekit::TrackInfo info;
  std::string cid;                           // the client's name for it
  std::string preferred_codec;               // lower case, what add_track asked for; may be empty
  std::string mid;                           // empty: not bound yet
  protocol::livekit::NegotiatedCodec codec;  // of the packets that come, once announced
  bool announced = false;
  bool subscriber_told = false;            // the publisher has heard of its first subscriber
  std::vector<Subscription*> subscribers;  // those that are started

  bool video() const { return info.type == codec::livekit::TrackType::video; }
  void bind(const protocol::livekit::RemoteSection& section,
            const protocol::livekit::SectionPlan& plan);
  // Position of a rid among the layers, low to high; nullopt: not ours.
  std::optional<std::size_t> layer_of(std::string_view rid) const;
  const protocol::livekit::NegotiatedCodec* codec_of(PayloadType pt) const;

  // The stream of a layer, made on first use.
  forwarding::UpTrack& stream(std::size_t layer, Ssrc ssrc);
  forwarding::UpTrack* stream(std::size_t layer) { return layers_[layer].get(); }
  forwarding::UpTrack* stream_of(Ssrc ssrc);
  // Hands one decrypted packet to everybody who is subscribed.
  void receive(std::size_t layer, bool rtx, const codec::rtp::Packet& packet);

  std::uint32_t available_layers() const;
  std::vector<selector::Layer> layer_sizes() const;
  // Which layers anybody wants, told to the publisher (dynacast): raised at once, lowered after 5
  // s.
  void update_dynacast();
  void request_key_frame(std::size_t layer);
  void poll_layers();

  // Connection quality of the uplink: one window every 5 s.
  void add_report(const codec::rtcp::ReportBlock& block);
  void close_quality_window();
  speakers::ConnectionQuality quality;

 private:
  Context& context_;
  std::vector<std::string> rids_;  // low to high
  std::vector<protocol::livekit::NegotiatedCodec> codecs_;
  forwarding::ExtensionIds extensions_;
  std::array<std::unique_ptr<forwarding::UpTrack>, kMaxLayers> layers_;

  std::optional<int> told_quality_;     // highest layer enabled, -1 none
  std::optional<Instant> lower_since_;  // wanted less since
  Instant bound_at_{};

  struct Window {
    std::uint32_t highest = 0;
    std::int32_t lost = 0;
    bool started = false;
  };
  std::array<Window, kMaxLayers> last_{};
  std::uint32_t expected_ = 0;
  std::uint32_t lost_ = 0;
  bool judged_ = false;
};

}  // namespace portico::media::room
