#include "media/room/publication.h"

#include <algorithm>

#include "media/room/participant.h"
#include "media/room/subscription.h"

namespace portico::media::room {

namespace lk = codec::livekit;
namespace pl = protocol::livekit;

namespace {

constexpr Duration kDynacastPause = 5s;     // livekit-protocol 4.8
constexpr Duration kDynacastInitial = 10s;  // everything is on while nobody had time to subscribe

// livekit-client and most natives call layers q, h, f; some natives 2, 1, 0.
int rid_rank(std::string_view rid) {
  if (rid == "q" || rid == "2") return 0;
  if (rid == "h" || rid == "1") return 1;
  if (rid == "f" || rid == "0") return 2;
  return 3;
}

}  // namespace

forwarding::ExtensionIds extension_ids(const pl::ExtensionIds& ids) {
  forwarding::ExtensionIds out;
  out.audio_level = ids.audio_level.value_or(0);
  out.dependency_descriptor = ids.dependency_descriptor.value_or(0);
  out.abs_capture_time = ids.abs_capture_time.value_or(0);
  out.video_orientation = ids.video_orientation.value_or(0);
  out.playout_delay = ids.playout_delay.value_or(0);
  out.abs_send_time = ids.abs_send_time.value_or(0);
  return out;
}

Publication::Publication(Context& context, Participant& owner, lk::TrackInfo track_info,
                         std::string client_id)
    : publisher(owner), info(std::move(track_info)), cid(std::move(client_id)), context_(context) {}

Publication::~Publication() {
  for (Subscription* subscription : subscribers) subscription->source_gone();
}

void Publication::bind(const pl::RemoteSection& section, const pl::SectionPlan& plan) {
  if (mid.empty()) bound_at_ = context_.now;
  mid = section.mid;
  info.mid = mid;
  rids_ = section.rids;
  std::sort(rids_.begin(), rids_.end(),
            [](const auto& a, const auto& b) { return rid_rank(a) < rid_rank(b); });
  if (rids_.size() > kMaxLayers) rids_.resize(kMaxLayers);
  codecs_ = pl::answered_codecs(section, plan);
  extensions_ = extension_ids(pl::answered_extensions(section));
}

std::optional<std::size_t> Publication::layer_of(std::string_view rid) const {
  auto found = std::find(rids_.begin(), rids_.end(), rid);
  if (found == rids_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - rids_.begin());
}

const pl::NegotiatedCodec* Publication::codec_of(PayloadType pt) const {
  auto found = std::find_if(codecs_.begin(), codecs_.end(),
                            [&](const auto& c) { return c.pt == pt || c.rtx_pt == pt; });
  return found == codecs_.end() ? nullptr : &*found;
}

forwarding::UpTrack& Publication::stream(std::size_t layer, Ssrc ssrc) {
  auto& slot = layers_[layer];
  if (slot == nullptr || slot->ssrc() != ssrc) {
    forwarding::UpTrack::Config config;
    config.ssrc = ssrc;
    config.video = video();
    config.screen_share = info.source == lk::TrackSource::screen_share;
    config.layer = static_cast<std::uint8_t>(layer);
    config.extensions = extensions_;
    for (const auto& negotiated : codecs_) {
      config.payloads.push_back({negotiated.pt, codec::rtp::codec_from_name(negotiated.name),
                                 negotiated.clock_rate, negotiated.rtx_pt});
    }
    config.nack = std::any_of(codecs_.begin(), codecs_.end(), [](const auto& c) { return c.nack; });
    auto old = std::move(slot);
    slot = std::make_unique<forwarding::UpTrack>(std::move(config), context_.cells);
    for (Subscription* subscription : subscribers) subscription->set_source(layer, slot.get());
    last_[layer] = {};
  }
  return *slot;
}

forwarding::UpTrack* Publication::stream_of(Ssrc ssrc) {
  for (auto& layer : layers_) {
    if (layer != nullptr && layer->ssrc() == ssrc) return layer.get();
  }
  return nullptr;
}

void Publication::receive(std::size_t layer, bool rtx, const codec::rtp::Packet& packet) {
  forwarding::UpTrack* up = rtx ? layers_[layer].get() : &stream(layer, packet.ssrc);
  if (up == nullptr) return;
  auto* stored = rtx ? up->receive_rtx(packet, context_.now) : up->receive(packet, context_.now);
  if (stored == nullptr || info.muted) return;
  for (Subscription* subscription : subscribers) {
    subscription->forward(*stored, static_cast<std::uint8_t>(layer));
  }
}

std::uint32_t Publication::available_layers() const {
  std::uint32_t mask = 0;
  for (std::size_t k = 0; k < kMaxLayers; ++k) {
    if (layers_[k] != nullptr && layers_[k]->active()) mask |= 1U << k;
  }
  return mask;
}

std::vector<selector::Layer> Publication::layer_sizes() const {
  std::size_t count = std::max<std::size_t>(rids_.size(), 1);
  std::vector<selector::Layer> sizes(count);
  for (const lk::VideoLayer& layer : info.layers) {
    auto index = static_cast<std::size_t>(layer.quality);
    if (index < count) sizes[index] = {layer.width, layer.height};
  }
  return sizes;
}

void Publication::update_dynacast() {
  if (!video() || !announced) return;
  int wanted = -1;
  for (Subscription* subscription : subscribers) {
    wanted = std::max(wanted, static_cast<int>(subscription->wanted_layer().value_or(0)) -
                                  (subscription->wanted_layer() ? 0 : 1));
  }
  if (subscribers.empty() && context_.now < bound_at_ + kDynacastInitial)
    wanted = static_cast<int>(kMaxLayers) - 1;
  if (told_quality_ && wanted < *told_quality_) {
    if (!lower_since_) lower_since_ = context_.now;
    if (context_.now < *lower_since_ + kDynacastPause) return;
  }
  lower_since_.reset();
  if (told_quality_ == wanted) return;
  told_quality_ = wanted;
  // With fewer than three layers the top one is HIGH as well as MEDIUM (livekit-protocol 4.7).
  int top = static_cast<int>(layer_sizes().size()) - 1;
  lk::SubscribedQualityUpdate update;
  update.track_sid = info.sid;
  for (int q = 0; q < 3; ++q) {
    bool enabled = wanted >= 0 && std::min(q, top) <= wanted;
    update.subscribed_qualities.push_back({static_cast<lk::VideoQuality>(q), enabled});
  }
  update.subscribed_codecs.push_back({codec.name, update.subscribed_qualities});
  publisher.send(lk::SignalResponse::SubscribedQualityUpdate{std::move(update)});
}

void Publication::request_key_frame(std::size_t layer) {
  if (layer < kMaxLayers && layers_[layer] != nullptr)
    layers_[layer]->request_key_frame(context_.now);
}

void Publication::poll_layers() {
  bool changed = false;
  for (auto& layer : layers_) {
    if (layer != nullptr && layer->poll_activity(context_.now)) changed = true;
  }
  if (!changed) return;
  for (Subscription* subscription : subscribers) subscription->update_target();
}

void Publication::add_report(const codec::rtcp::ReportBlock& block) {
  for (std::size_t k = 0; k < kMaxLayers; ++k) {
    if (layers_[k] == nullptr || layers_[k]->ssrc() != block.ssrc) continue;
    Window& last = last_[k];
    if (last.started) {
      expected_ += block.highest_sequence - last.highest;
      lost_ += static_cast<std::uint32_t>(std::max(0, block.cumulative_lost - last.lost));
    }
    last = {block.highest_sequence, block.cumulative_lost, true};
  }
}

void Publication::close_quality_window() {
  speakers::QualityWindow window;
  window.kind = video() ? speakers::MediaKind::video
                        : (codec.name == "red" ? speakers::MediaKind::red_fec
                                               : speakers::MediaKind::opus_fec);
  window.packets_expected = expected_;
  window.packets_lost = lost_;
  // A publisher that dynacast told to stop, DTX silence and a still screen are no bad connection.
  bool may_rest = !video() || info.source == lk::TrackSource::screen_share;
  window.muted = info.muted || told_quality_ == -1 || (expected_ == 0 && may_rest);
  for (auto& layer : layers_) {
    if (layer != nullptr) window.jitter = std::max(window.jitter, layer->jitter());
  }
  if (judged_) quality.close_window(window, context_.now);
  judged_ = true;
  expected_ = lost_ = 0;
}

}  // namespace portico::media::room
