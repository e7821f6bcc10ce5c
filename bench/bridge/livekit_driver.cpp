// Clients of a LiveKit-compatible server, as small as the protocol allows.

#include <fmt/format.h>

#include "bench/bridge/client_sdp.h"
#include "bench/bridge/driver.h"
#include "bench/bridge/options.h"
#include "bench/bridge/signal_socket.h"
#include "bench/common/process_stats.h"
#include "codec/json/fields.h"
#include "codec/livekit/messages.h"
#include "io/runtime/system.h"
#include "protocol/livekit/token.h"

namespace portico::bench {

namespace {

namespace lk = codec::livekit;
using protocol::livekit::Kind;

constexpr std::string_view kTrackId = "bench-camera";
constexpr Ssrc kVideoSsrc{0x1badcafe};
constexpr Duration kPing = 5s;

template <class Alternative, class Value>
lk::SignalRequest request(Value value) {
  return lk::SignalRequest{Alternative{std::move(value)}};
}

lk::AddTrackRequest add_track() {
  lk::AddTrackRequest track;
  track.cid = kTrackId;
  track.name = "camera";
  track.type = lk::TrackType::video;
  track.source = lk::TrackSource::camera;
  track.width = 1280;
  track.height = 720;
  return track;
}

// One participant. Single: one peer connection, we offer. Dual: a publisher offers, a subscriber
// answers.
class Participant {
 public:
  Participant(const Bench& bench, std::string identity, bool publishes)
      : bench_(bench), identity_(std::move(identity)), publishes_(publishes) {}

  Result<void> start() {
    PORTICO_TRY(url, parse_url(bench_.options.url));
    std::string target = "/rtc?auto_subscribe=1&protocol=16&sdk=unity&version=1.0.0";
    if (publishes_ || bench_.options.single) PORTICO_TRY_DO(make_peer(true));
    if (bench_.options.single)
      target = "/rtc/v1?join_request=" + lk::encode_join_request(join_request());
    std::string headers = "Authorization: Bearer " + token() + "\r\n";
    PORTICO_TRY(socket, SignalSocket::connect(bench_.reactor, bench_.random, url, target, headers,
                                              [this](Bytes payload) { receive(payload); }));
    socket_ = std::move(socket);
    return {};
  }

  ClientPeer* peer() const { return peer_.get(); }
  bool connected() const { return peer_ && peer_->connected(); }

  std::string failure() const {
    if (!failure_.empty()) return identity_ + ": " + failure_;
    if (!socket_->failure().empty()) return identity_ + ": " + socket_->failure();
    return peer_ && !peer_->failure().empty() ? identity_ + ": " + peer_->failure() : "";
  }

  void tick(Instant now) {
    if (peer_) peer_->tick(now);
    if (!socket_->open() || now < next_ping_) return;
    next_ping_ = now + kPing;
    lk::Ping ping;
    ping.timestamp = now.time_since_epoch().count() / 1'000'000;
    send(request<lk::SignalRequest::PingReq>(ping));
  }

 private:
  std::string token() const {
    protocol::livekit::Grants grants;
    grants.identity = identity_;
    grants.video.emplace();
    grants.video->room_join = true;
    grants.video->room = bench_.options.room;
    grants.video->can_subscribe =
        !publishes_;  // then the publisher's only connection is its primary one
    return protocol::livekit::mint_token(grants, bench_.options.key, bench_.options.secret,
                                         io::runtime::wall_clock());
  }

  Result<void> make_peer(bool offers) {
    ClientPeerOptions options;
    options.bind = bench_.options.bind;
    options.offers = offers;
    options.verify_every = bench_.options.verify_every;
    PORTICO_TRY(peer, ClientPeer::create(bench_.reactor, bench_.dtls, bench_.random, options));
    peer_ = std::move(peer);
    return {};
  }

  lk::SessionDescription offer() {
    lk::SessionDescription out;
    out.type = "offer";
    out.id = ++offers_;
    std::vector<ClientSection> sections;
    if (publishes_) sections.push_back({Kind::video, true, std::string(kTrackId), kVideoSsrc});
    if (bench_.options.single) {
      for (std::uint32_t i = 0; i < audio_sections_; ++i)
        sections.push_back({Kind::audio, false, {}, {}});
      for (std::uint32_t i = 0; i < video_sections_; ++i)
        sections.push_back({Kind::video, false, {}, {}});
    }
    sections.push_back({Kind::application, false, {}, {}});
    out.sdp = write_client_offer(peer_->local(), sections, out.id);
    return out;
  }

  lk::JoinRequest join_request() {
    lk::JoinRequest join;
    join.client_info.emplace();
    join.client_info->sdk = lk::ClientInfo::SDK::unity;
    join.client_info->version = "1.0.0";
    join.client_info->protocol = 16;
    join.connection_settings.emplace();
    join.connection_settings->auto_subscribe = true;
    if (publishes_) join.add_track_requests.push_back(add_track());
    join.publisher_offer = offer();
    return join;
  }

  void send(const lk::SignalRequest& message) {
    socket_->send_binary(lk::serialise(message, lk::Framing::binary));
  }

  void receive(Bytes payload) {
    auto message = lk::parse_message<lk::SignalResponse>(payload, lk::Framing::binary);
    if (!message) {
      failure_ = message.error().message;
      return;
    }
    Result<void> handled =
        std::visit([this](auto& value) { return handle(value); }, message->message);
    if (!handled) failure_ = handled.error().message;
  }

  template <class Other>
  Result<void> handle(Other&) {
    return {};
  }
  Result<void> handle(lk::SignalResponse::Join&) {
    if (!publishes_ || bench_.options.single) return {};
    send(request<lk::SignalRequest::AddTrack>(add_track()));
    send(request<lk::SignalRequest::Offer>(offer()));
    return {};
  }
  Result<void> handle(lk::SignalResponse::Answer& answer) {
    PORTICO_TRY(remote, protocol::livekit::read_description("answer", answer.value.sdp));
    return use_remote(remote);
  }
  // Dual: the server offers what there is to see.
  Result<void> handle(lk::SignalResponse::Offer& offered) {
    if (publishes_)
      return {};  // a publisher that does not watch leaves its second connection alone
    PORTICO_TRY(remote, protocol::livekit::read_description("offer", offered.value.sdp));
    if (!peer_) PORTICO_TRY_DO(make_peer(false));
    PORTICO_TRY_DO(use_remote(remote));
    lk::SessionDescription answer;
    answer.type = "answer";
    answer.id = offered.value.id;
    answer.sdp = write_client_answer(remote, peer_->local(), ++answers_);
    send(request<lk::SignalRequest::Answer>(answer));
    return {};
  }
  Result<void> handle(lk::SignalResponse::Trickle& trickle) {
    auto fields = codec::json::Fields::parse(trickle.value.candidateInit);
    auto line = fields ? fields->text("candidate") : Result<std::string>("");
    bool ours = publishes_ == (trickle.value.target == lk::SignalTarget::publisher) ||
                bench_.options.single;
    if (!line || line->empty() || !ours) return {};
    if (described_) {
      peer_->add_candidate(*line, monotonic_now());
    } else {
      early_candidates_.push_back(*line);
    }
    return {};
  }
  Result<void> handle(lk::SignalResponse::MediaSectionsRequirement& wanted) {
    audio_sections_ += wanted.value.num_audios;
    video_sections_ += wanted.value.num_videos;
    send(request<lk::SignalRequest::Offer>(offer()));
    return {};
  }
  Result<void> handle(lk::SignalResponse::RequestResponse& refused) {
    if (refused.value.reason == lk::RequestResponse::Reason::ok) return {};
    return fail(ErrorCode::denied, "refused: " + refused.value.message);
  }
  Result<void> handle(lk::SignalResponse::Leave& leave) {
    return fail(ErrorCode::closed,
                fmt::format("told to leave, reason {}", static_cast<int>(leave.value.reason)));
  }

  Result<void> use_remote(const protocol::livekit::RemoteDescription& remote) {
    for (const auto& section : remote.sections) {
      bool watched = !publishes_ && section.kind == Kind::video && section.sends();
      const auto* codec = watched ? protocol::livekit::find_codec(section, "vp8") : nullptr;
      if (codec != nullptr) peer_->expect(codec->pt);
    }
    PORTICO_TRY_DO(peer_->set_remote(remote, monotonic_now()));
    described_ = true;
    for (const std::string& line : early_candidates_) peer_->add_candidate(line, monotonic_now());
    early_candidates_.clear();
    return {};
  }

  const Bench& bench_;
  std::string identity_;
  bool publishes_;
  std::unique_ptr<ClientPeer> peer_;
  std::unique_ptr<SignalSocket> socket_;
  bool described_ = false;                     // the peer has the server's description
  std::vector<std::string> early_candidates_;  // that came before it
  std::uint32_t offers_ = 0;
  std::uint64_t answers_ = 0;
  std::uint32_t audio_sections_ = 0;
  std::uint32_t video_sections_ = publishes_ ? 0 : 1;
  Instant next_ping_{};
  std::string failure_;
};

class LivekitPublisher final : public Publisher {
 public:
  explicit LivekitPublisher(const Bench& bench)
      : participant_(bench, "publisher", true), source_(format(bench.options)) {}
  Result<void> start() { return participant_.start(); }

  void tick(Instant now) override { participant_.tick(now); }
  std::string failure() const override { return participant_.failure(); }
  bool ready() const override { return participant_.connected(); }
  void send_burst() override {
    if (participant_.peer()->take_key_frame_request()) source_.request_key_frame();
    participant_.peer()->publish(source_, source_.format().burst);
  }
  const VideoSource& source() const override { return source_; }

 private:
  static VideoFormat format(const Options& options) {
    VideoFormat out;
    out.payload_type = kVp8;
    out.ssrc = kVideoSsrc;
    out.packet_size = options.size;
    out.burst = options.burst;
    out.packets_per_second = options.rate;
    out.mid = "0";
    out.mid_id = std::uint8_t{4};
    out.transport_cc_id = std::uint8_t{3};
    return out;
  }
  Participant participant_;
  VideoSource source_;
};

class LivekitSubscriber final : public Subscriber {
 public:
  LivekitSubscriber(const Bench& bench, std::uint32_t number)
      : participant_(bench, fmt::format("viewer-{}", number), false) {}
  Result<void> start() { return participant_.start(); }

  void tick(Instant now) override { participant_.tick(now); }
  std::string failure() const override { return participant_.failure(); }
  const Deliveries& deliveries() const override {
    static const Deliveries kNone;
    return participant_.peer() != nullptr ? participant_.peer()->deliveries() : kNone;
  }

 private:
  Participant participant_;
};

class LivekitDriver final : public Driver {
 public:
  explicit LivekitDriver(const Bench& bench) : bench_(bench) {}
  Result<std::unique_ptr<Publisher>> publish() override {
    auto publisher = std::make_unique<LivekitPublisher>(bench_);
    PORTICO_TRY_DO(publisher->start());
    return publisher;
  }
  Result<std::unique_ptr<Subscriber>> subscribe(std::uint32_t number) override {
    auto subscriber = std::make_unique<LivekitSubscriber>(bench_, number);
    PORTICO_TRY_DO(subscriber->start());
    return subscriber;
  }

 private:
  const Bench& bench_;
};

}  // namespace

Result<std::unique_ptr<Driver>> make_livekit_driver(const Bench& bench) {
  return std::unique_ptr<Driver>(new LivekitDriver(bench));
}

}  // namespace portico::bench
