#include "media/room/subscription.h"

#include <algorithm>

#include "media/room/participant.h"
#include "media/room/publication.h"

namespace portico::media::room {

namespace lk = codec::livekit;
namespace pl = protocol::livekit;

Subscription::Subscription(Context& context, Participant& owner, Publication& source)
    : subscriber(owner),
      publication(source),
      ssrc(context.host.random().u32() | 1),
      rtx_ssrc(context.host.random().u32() & ~1U),
      context_(context) {}

Subscription::~Subscription() { stop(); }

bool Subscription::fits(const pl::RemoteSection& section) const {
  if (pl::match_codec(section, publication.codec) != nullptr) return true;
  // RED is unpacked for those who don't have it.
  return publication.codec.name == "red" && pl::find_codec(section, "opus") != nullptr;
}

void Subscription::start(const pl::RemoteSection& section) {
  std::vector<forwarding::DownTrack::Payload> payloads;
  auto add = [&](const pl::NegotiatedCodec* codec) {
    if (codec != nullptr)
      payloads.push_back({codec::rtp::codec_from_name(codec->name), codec->pt, codec->rtx_pt});
  };
  if (publication.video()) {
    add(pl::match_codec(section, publication.codec));
  } else {
    // A publisher may change between RED and plain Opus at any packet.
    add(pl::find_codec(section, "opus"));
    if (publication.codec.name == "red") add(pl::find_codec(section, "red"));
    if (publication.codec.name != "opus" && publication.codec.name != "red")
      add(pl::match_codec(section, publication.codec));
  }
  if (payloads.empty()) return;
  auto extensions = extension_ids(pl::answered_extensions(section));
  if (down_ != nullptr) {
    down_->set_payloads(std::move(payloads), extensions);
    return;
  }
  forwarding::DownTrack::Config config;
  config.ssrc = ssrc;
  if (publication.video() && payloads.front().rtx_payload_type) config.rtx_ssrc = rtx_ssrc;
  config.video = publication.video();
  config.clock_rate = publication.codec.clock_rate;
  config.payloads = std::move(payloads);
  config.extensions = extensions;
  down_ = std::make_unique<forwarding::DownTrack>(std::move(config), context_.host.random());
  for (std::size_t k = 0; k < Publication::kMaxLayers; ++k) {
    down_->set_source(static_cast<std::uint8_t>(k), publication.stream(k));
  }
  publication.subscribers.push_back(this);
  update_target();
  request_key_frame();
  if (!publication.subscriber_told) {
    publication.subscriber_told = true;
    publication.publisher.send(
        lk::SignalResponse::TrackSubscribed{lk::TrackSubscribed{publication.info.sid}});
  }
}

void Subscription::stop() {
  if (down_ == nullptr) return;
  std::erase(publication.subscribers, this);
  down_.reset();
  if (Peer* peer = subscriber.sending_peer()) {
    peer->transport().forget_ssrc(ssrc);
    peer->transport().forget_ssrc(rtx_ssrc);
  }
}

void Subscription::source_gone() {
  for (std::size_t k = 0; k < Publication::kMaxLayers; ++k) set_source(k, nullptr);
}

void Subscription::set_source(std::size_t layer, forwarding::UpTrack* up) {
  if (down_ != nullptr) down_->set_source(static_cast<std::uint8_t>(layer), up);
}

void Subscription::send(Bytes header, Bytes payload) {
  if (Peer* peer = subscriber.sending_peer()) {
    // Not sent: not connected yet, or the queue is full; counted by the transport.
    static_cast<void>(peer->transport().send_rtp(context_.host.sink(), header, payload));
  }
}

void Subscription::apply(const lk::UpdateTrackSettings& settings) {
  selector::TrackSettings wish;
  wish.disabled = settings.disabled || settings.quality == lk::VideoQuality::off;
  wish.quality = static_cast<selector::Quality>(std::min(static_cast<int>(settings.quality), 2));
  wish.width = settings.width;
  wish.height = settings.height;
  wish.fps = settings.fps;
  selector_.set_settings(wish);
  update_target();
}

void Subscription::set_disabled(bool disabled) {
  selector::TrackSettings wish = selector_.settings();
  wish.disabled = disabled;
  selector_.set_settings(wish);
  update_target();
}

void Subscription::update_target() {
  if (down_ == nullptr) return;
  if (!publication.video()) {
    down_->set_target(selector_.settings().disabled ? std::nullopt : std::optional<std::uint8_t>(0),
                      context_.now);
    return;
  }
  auto sizes = publication.layer_sizes();
  selector_.set_layers(sizes);
  selector_.set_available(publication.available_layers());
  double frame_rate = 0;
  for (std::size_t k = 0; k < Publication::kMaxLayers; ++k) {
    if (auto* up = publication.stream(k))
      frame_rate = std::max(frame_rate, up->frame_rate(context_.now));
  }
  selector_.set_frame_rate(frame_rate);
  down_->set_target(selector_.target(), context_.now, selector_.max_temporal());
}

void Subscription::request_key_frame() {
  if (down_ != nullptr && publication.video()) down_->on_key_frame_request(context_.now);
}

void Subscription::on_nack(std::span<const std::uint16_t> lost) {
  if (down_ != nullptr) down_->on_nack(lost, context_.now, *this);
}

void Subscription::on_key_frame_request() { request_key_frame(); }

void Subscription::on_report(const codec::rtcp::ReportBlock& block) {
  if (down_ == nullptr) return;
  down_->on_report(block, context_.now);
  quality.on_report(context_.now);
  selector_.guard().on_loss(block.fraction_lost / 256.0, context_.now);
  if (reported_) {
    expected_ += block.highest_sequence - reported_highest_;
    lost_ += static_cast<std::uint32_t>(std::max(0, block.cumulative_lost - reported_lost_));
  }
  reported_ = true;
  reported_highest_ = block.highest_sequence;
  reported_lost_ = block.cumulative_lost;
}

void Subscription::on_budget(Bitrate budget) {
  auto current = down_ == nullptr ? std::nullopt : down_->current();
  forwarding::UpTrack* up = current ? publication.stream(*current) : nullptr;
  if (up != nullptr) selector_.guard().on_budget(budget, up->bitrate(context_.now), context_.now);
}

void Subscription::poll() {
  if (down_ == nullptr) return;
  auto deadline = down_->next_deadline();
  if (deadline && *deadline <= context_.now) down_->timeout(context_.now);
  if (!publication.video() || publication.layer_sizes().size() < 2) return;
  auto current = down_->current();
  auto wanted = selector_.wanted();
  if (current && wanted && selector_.guard().update(*current, *wanted, context_.now))
    update_target();
}

bool Subscription::write_sender_report(codec::rtcp::Writer& writer) {
  return down_ != nullptr && down_->sender_report_due(context_.now) &&
         down_->write_sender_report(writer, context_.now);
}

void Subscription::close_quality_window() {
  speakers::QualityWindow window;
  window.kind = publication.video() ? speakers::MediaKind::video : speakers::MediaKind::opus_fec;
  window.packets_expected = expected_;
  window.packets_lost = lost_;
  window.muted = publication.info.muted || selector_.settings().disabled || expected_ == 0;
  if (down_ != nullptr) {
    window.jitter = down_->statistics().jitter;
    window.round_trip = down_->statistics().round_trip.value_or(Duration{0});
    if (publication.video() && down_->current() && down_->target()) {
      window.missing_layers =
          std::max(0, static_cast<int>(*down_->target()) - static_cast<int>(*down_->current()));
    }
  }
  if (judged_ && down_ != nullptr) quality.close_window(window, context_.now);
  judged_ = true;
  expected_ = lost_ = 0;
}

}  // namespace portico::media::room
