// What a participant publishes: from add_track through the binding of sections and SSRCs to mute
// and unpublish (livekit-protocol 4.5).
#include <algorithm>

#include "media/room/participant.h"
#include "media/room/room.h"
#include "protocol/livekit/sid.h"

namespace portico::media::room {

namespace lk = codec::livekit;
namespace pl = protocol::livekit;
using Response = lk::SignalResponse;
using Reason = lk::RequestResponse::Reason;

namespace {

lk::TrackInfo track_info(const lk::AddTrackRequest& request, std::string sid) {
  lk::TrackInfo info;
  info.sid = std::move(sid);
  info.type = request.type;
  info.name = request.name;
  info.muted = request.muted;
  info.width = request.width;
  info.height = request.height;
  info.disable_dtx = request.disable_dtx;
  info.source = request.source;
  info.layers = request.layers;
  info.stereo = request.stereo;
  info.disable_red = request.disable_red;
  info.encryption = request.encryption;
  info.audio_features = request.audio_features;
  info.packet_trailer_features = request.packet_trailer_features;
  info.backup_codec_policy = request.backup_codec_policy;
  info.stream = request.stream;
  if (info.stream.empty()) {
    bool screen = request.source == lk::TrackSource::screen_share ||
                  request.source == lk::TrackSource::screen_share_audio;
    info.stream = screen ? "screen" : "camera";
  }
  if (info.layers.empty() && !request.simulcast_codecs.empty())
    info.layers = request.simulcast_codecs.front().layers;
  if (info.layers.empty() && request.type == lk::TrackType::video) {
    lk::VideoLayer only;
    only.quality = lk::VideoQuality::high;
    only.width = request.width;
    only.height = request.height;
    info.layers.push_back(only);
  }
  info.simulcast = info.layers.size() > 1;
  return info;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return text;
}

constexpr std::size_t kMaxRoutes = 512;  // SSRCs of one publisher

}  // namespace

std::string_view source_name(lk::TrackSource source) {
  switch (source) {
    case lk::TrackSource::camera:
      return "camera";
    case lk::TrackSource::microphone:
      return "microphone";
    case lk::TrackSource::screen_share:
      return "screen_share";
    case lk::TrackSource::screen_share_audio:
      return "screen_share_audio";
    case lk::TrackSource::unknown:
      break;
  }
  return "unknown";
}

Publication* Participant::publication(const std::string& track_sid) {
  auto found = publications_.find(track_sid);
  return found == publications_.end() ? nullptr : found->second.get();
}

void Participant::add_track(const lk::AddTrackRequest& request) {
  bool allowed = video_grants().may_publish() &&
                 video_grants().may_publish_source(source_name(request.source));
  if (!allowed)
    return refuse(Reason::not_allowed, "this token may not publish that source", request);
  if (request.type != lk::TrackType::audio && request.type != lk::TrackType::video) {
    return refuse(Reason::unsupported_type, "only audio and video tracks are published this way",
                  request);
  }
  if (publications_.size() >= context_.config.max_tracks_per_participant) {
    return refuse(Reason::limit_exceeded, "too many tracks", request);
  }
  if (!request.sid.empty()) return;  // a backup codec for an existing track, which we never ask for
  if (request.cid.empty() || request.cid.size() > protocol::livekit::kMaxName ||
      request.name.size() > protocol::livekit::kMaxName) {
    return refuse(Reason::invalid_request, "cid and name take 1 to 256 characters", request);
  }
  for (const auto& [track_sid, existing] : publications_) {
    if (existing->cid == request.cid && existing->mid.empty()) {
      // Asked twice for a track that is not bound yet: the same answer.
      send(Response::TrackPublished{lk::TrackPublishedResponse{request.cid, existing->info}});
      return;
    }
  }
  std::string track_sid = pl::new_track_sid(request.type, request.source, context_.host.random());
  auto publication =
      std::make_unique<Publication>(context_, *this, track_info(request, track_sid), request.cid);
  if (!request.simulcast_codecs.empty())
    publication->preferred_codec = lower(request.simulcast_codecs.front().codec);
  Publication& added = *publication;
  publications_[track_sid] = std::move(publication);
  send(Response::TrackPublished{lk::TrackPublishedResponse{request.cid, added.info}});
  // Its section may have come first.
  if (publisher_->remote) bind_publications(*publisher_->remote);
}

// By the client's name for the track; some clients change ids under way, so then the oldest pending
// one of that kind.
Publication* Participant::find_pending(const pl::RemoteSection& section) {
  lk::TrackType type =
      section.kind == pl::Kind::audio ? lk::TrackType::audio : lk::TrackType::video;
  Publication* fallback = nullptr;
  for (const auto& [track_sid, publication] : publications_) {
    if (!publication->mid.empty() || publication->info.type != type) continue;
    if (publication->cid == section.track_id) return publication.get();
    if (fallback == nullptr) fallback = publication.get();
  }
  return fallback;
}

void Participant::announce(Publication& publication) {
  publication.announced = true;
  publication.info.mime_type = pl::mime_type(publication.codec);
  lk::SimulcastCodecInfo codec;
  codec.mime_type = publication.info.mime_type;
  codec.mid = publication.mid;
  codec.cid = publication.cid;
  codec.layers = publication.info.layers;
  codec.video_layer_mode = publication.video() ? lk::VideoLayer::Mode::one_spatial_layer_per_stream
                                               : lk::VideoLayer::Mode::mode_unused;
  publication.info.codecs = {codec};
  touch();
  context_.host.log("track_published", room_.name(), identity(),
                    publication.info.sid + " " + publication.info.mime_type);
  room_.on_published(publication);
}

bool Participant::set_muted(const std::string& track_sid, bool muted, bool by_server) {
  Publication* track = publication(track_sid);
  if (track == nullptr) return false;
  if (track->info.muted == muted) return true;
  track->info.muted = muted;
  touch();
  if (by_server) send(Response::Mute{lk::MuteTrackRequest{track_sid, muted}});
  if (muted) room_.on_muted(*this);
  if (track->announced) room_.broadcast_participant(*this);
  if (!muted) {
    for (Subscription* subscription : track->subscribers) subscription->request_key_frame();
  }
  return true;
}

void Participant::unpublish(const std::string& track_sid) {
  Publication* track = publication(track_sid);
  if (track == nullptr) return;
  bool announced = track->announced;
  for (const auto& [other_identity, other] : room_.participants()) other->unsubscribe(track_sid);
  std::erase_if(routes_, [&](const auto& entry) { return entry.second.publication == track; });
  publications_.erase(track_sid);
  touch();
  context_.host.log("track_unpublished", room_.name(), identity(), track_sid);
  if (announced) room_.broadcast_participant(*this);
}

// Where a packet of this SSRC belongs. Learned from SDP, or from the mid and rid extensions of the
// first packets (RFC 8852).
Participant::Route* Participant::route(Peer& peer, const codec::rtp::Packet& packet) {
  if (auto known = routes_.find(packet.ssrc.value); known != routes_.end()) return &known->second;
  if (!peer.remote || routes_.size() >= kMaxRoutes) return nullptr;
  const pl::RemoteSection* section = nullptr;
  for (const auto& candidate : peer.remote->sections) {
    if (!candidate.extensions.mid) continue;
    auto mid = packet.extension(*candidate.extensions.mid);
    if (mid && as_text(*mid) == candidate.mid) section = &candidate;
  }
  if (section == nullptr) return nullptr;
  auto bound = std::find_if(publications_.begin(), publications_.end(),
                            [&](const auto& entry) { return entry.second->mid == section->mid; });
  if (bound == publications_.end()) return nullptr;
  Route route{bound->second.get(), 0, false};
  auto text_of = [&](const std::optional<std::uint8_t>& id) -> std::optional<std::string_view> {
    auto element = id ? packet.extension(*id) : std::nullopt;
    if (!element) return std::nullopt;
    return as_text(*element);
  };
  auto rid = text_of(section->extensions.rid);
  auto repaired = text_of(section->extensions.repaired_rid);
  if (repaired) {
    route.rtx = true;
    rid = repaired;
  } else if (const pl::NegotiatedCodec* codec = route.publication->codec_of(packet.payload_type)) {
    route.rtx = codec->rtx_pt == packet.payload_type;
  }
  if (rid) {
    auto layer = route.publication->layer_of(*rid);
    if (!layer) return nullptr;
    route.layer = *layer;
  } else if (!section->rids.empty()) {
    return nullptr;  // simulcast, and this packet does not say which layer
  }
  return &(routes_[packet.ssrc.value] = route);
}

}  // namespace portico::media::room
