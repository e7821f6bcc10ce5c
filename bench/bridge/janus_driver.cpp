// Clients of Janus' videoroom over its WebSocket transport: one session, one handle a client.

#include <fmt/format.h>

#include <boost/json.hpp>
#include <map>

#include "bench/bridge/client_sdp.h"
#include "bench/bridge/driver.h"
#include "bench/bridge/options.h"
#include "bench/bridge/signal_socket.h"
#include "bench/common/process_stats.h"

namespace portico::bench {

namespace {

namespace json = boost::json;
using protocol::livekit::Kind;

constexpr Ssrc kVideoSsrc{0x1badcafe};
constexpr Duration kKeepAlive = 20s;

// Looks a path of members up; null when it is not there.
const json::value* find(const json::value& root, std::initializer_list<std::string_view> path) {
  const json::value* value = &root;
  for (std::string_view name : path) {
    const json::object* object = value->if_object();
    value = object == nullptr ? nullptr : object->if_contains(name);
    if (value == nullptr) return nullptr;
  }
  return value;
}

std::string text_at(const json::value& root, std::initializer_list<std::string_view> path) {
  const json::value* value = find(root, path);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::uint64_t number_at(const json::value& root, std::initializer_list<std::string_view> path) {
  const json::value* value = find(root, path);
  if (value == nullptr) return 0;
  if (value->is_uint64()) return value->as_uint64();
  return value->is_int64() ? static_cast<std::uint64_t>(value->as_int64()) : 0;
}

// One request, its answer found by transaction; events by handle.
class Session {
 public:
  using Answer = std::function<void(const json::value&)>;

  Result<void> start(const Bench& bench) {
    PORTICO_TRY(url, parse_url(bench.options.url));
    PORTICO_TRY(socket, SignalSocket::connect(bench.reactor, bench.random, url, "/",
                                              "Sec-WebSocket-Protocol: janus-protocol\r\n",
                                              [this](Bytes payload) { receive(payload); }));
    socket_ = std::move(socket);
    socket_->on_open([this] {
      request({{"janus", "create"}},
              [this](const json::value& answer) { id_ = number_at(answer, {"data", "id"}); });
    });
    bool up =
        bench.reactor.run(monotonic_now() + 5s, [this] { return id_ != 0 || !failure().empty(); });
    if (!failure().empty()) return fail(ErrorCode::io, failure());
    return up ? Result<void>() : fail(ErrorCode::timeout, "Janus did not open a session");
  }

  void request(json::object message, Answer answer) {
    std::string transaction = std::to_string(++transactions_);
    message["transaction"] = transaction;
    if (id_ != 0) message["session_id"] = id_;
    if (answer) waiting_[transaction] = std::move(answer);
    socket_->send_text(json::serialize(message));
  }

  // `attached` gets the handle's number; `event` whatever Janus says about it.
  void attach(std::function<void(std::uint64_t)> attached, Answer event) {
    request({{"janus", "attach"}, {"plugin", "janus.plugin.videoroom"}},
            [this, attached = std::move(attached),
             event = std::move(event)](const json::value& answer) {
              std::uint64_t handle = number_at(answer, {"data", "id"});
              events_[handle] = event;
              attached(handle);
            });
  }
  void message(std::uint64_t handle, json::object body, const std::string& type,
               const std::string& sdp) {
    json::object out{{"janus", "message"}, {"handle_id", handle}, {"body", std::move(body)}};
    if (!sdp.empty()) out["jsep"] = json::object{{"type", type}, {"sdp", sdp}};
    request(std::move(out), {});
  }

  void tick(Instant now) {
    if (id_ == 0 || now < next_keep_alive_) return;
    next_keep_alive_ = now + kKeepAlive;
    request({{"janus", "keepalive"}}, {});
  }
  std::string failure() const {
    return !failure_.empty() ? failure_ : socket_ ? socket_->failure() : "";
  }

 private:
  void receive(Bytes payload) {
    boost::system::error_code error;
    json::value message = json::parse(as_text(payload), error);
    if (error) {
      failure_ = "Janus: not JSON";
      return;
    }
    std::string kind = text_at(message, {"janus"});
    if (kind == "error") failure_ = "Janus: " + text_at(message, {"error", "reason"});
    if (kind == "success") {
      if (auto found = waiting_.extract(text_at(message, {"transaction"}))) found.mapped()(message);
    } else if (auto handle = events_.find(number_at(message, {"sender"}));
               handle != events_.end()) {
      handle->second(message);
    }
  }

  std::unique_ptr<SignalSocket> socket_;
  std::uint64_t id_ = 0;
  std::uint64_t transactions_ = 0;
  std::map<std::string, Answer> waiting_;
  std::map<std::uint64_t, Answer> events_;
  Instant next_keep_alive_{};
  std::string failure_;
};

// What publisher and subscriber share: a handle and a peer connection.
class Member {
 public:
  Member(const Bench& bench, Session& session) : bench_(bench), session_(session) {}

  Result<void> make_peer(bool offers) {
    ClientPeerOptions options;
    options.bind = bench_.options.bind;
    options.offers = offers;
    options.data_channels = false;
    options.verify_every = bench_.options.verify_every;
    PORTICO_TRY(peer, ClientPeer::create(bench_.reactor, bench_.dtls, bench_.random, options));
    peer_ = std::move(peer);
    return {};
  }
  std::uint64_t room() const { return std::strtoull(bench_.options.room.c_str(), nullptr, 10); }
  std::string failure() const { return !failure_.empty() ? failure_ : peer_->failure(); }
  void note(const json::value& event) {
    if (std::string reason = text_at(event, {"plugindata", "data", "error"}); !reason.empty())
      failure_ = "Janus: " + reason;
    if (text_at(event, {"janus"}) == "hangup")
      failure_ = "Janus hung up: " + text_at(event, {"reason"});
  }
  void note(const Result<void>& done) {
    if (!done) failure_ = done.error().message;
  }

 protected:
  const Bench& bench_;
  Session& session_;
  std::unique_ptr<ClientPeer> peer_;
  std::uint64_t handle_ = 0;
  std::string failure_;
};

class JanusPublisher final : public Publisher, private Member {
 public:
  JanusPublisher(const Bench& bench, Session& session, std::uint64_t& feed)
      : Member(bench, session), feed_(feed), source_(format(bench.options)) {}

  Result<void> start() {
    PORTICO_TRY_DO(make_peer(true));
    session_.attach(
        [this](std::uint64_t handle) {
          handle_ = handle;
          std::string sdp =
              write_client_offer(peer_->local(), {{Kind::video, true, "camera", kVideoSsrc}}, 1);
          session_.message(handle_,
                           {{"request", "joinandconfigure"},
                            {"room", room()},
                            {"ptype", "publisher"},
                            {"video", true}},
                           "offer", sdp);
        },
        [this](const json::value& event) { take(event); });
    return {};
  }

  void tick(Instant now) override { peer_->tick(now); }
  std::string failure() const override { return Member::failure(); }
  bool ready() const override { return feed_ != 0 && peer_->connected(); }
  void send_burst() override {
    if (peer_->take_key_frame_request()) source_.request_key_frame();
    peer_->publish(source_, source_.format().burst);
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
  void take(const json::value& event) {
    note(event);
    if (text_at(event, {"plugindata", "data", "videoroom"}) == "joined")
      feed_ = number_at(event, {"plugindata", "data", "id"});
    std::string sdp = text_at(event, {"jsep", "sdp"});
    if (sdp.empty()) return;
    auto remote = protocol::livekit::read_description("answer", sdp);
    note(remote ? peer_->set_remote(*remote, monotonic_now())
                : fail(remote.error().code, remote.error().message));
  }

  std::uint64_t& feed_;
  VideoSource source_;
};

class JanusSubscriber final : public Subscriber, private Member {
 public:
  using Member::Member;

  Result<void> start(std::uint64_t feed) {
    PORTICO_TRY_DO(make_peer(false));
    session_.attach(
        [this, feed](std::uint64_t handle) {
          handle_ = handle;
          json::array streams{json::object{{"feed", feed}}};
          session_.message(handle_,
                           {{"request", "join"},
                            {"room", room()},
                            {"ptype", "subscriber"},
                            {"streams", streams}},
                           "", "");
        },
        [this](const json::value& event) {
          note(event);
          if (std::string sdp = text_at(event, {"jsep", "sdp"}); !sdp.empty()) note(answer(sdp));
        });
    return {};
  }

  void tick(Instant now) override { peer_->tick(now); }
  std::string failure() const override { return Member::failure(); }
  const Deliveries& deliveries() const override { return peer_->deliveries(); }

 private:
  Result<void> answer(const std::string& sdp) {
    PORTICO_TRY(remote, protocol::livekit::read_description("offer", sdp));
    for (const auto& section : remote.sections) {
      if (const auto* codec = protocol::livekit::find_codec(section, "vp8"))
        peer_->expect(codec->pt);
    }
    PORTICO_TRY_DO(peer_->set_remote(remote, monotonic_now()));
    session_.message(handle_, {{"request", "start"}}, "answer",
                     write_client_answer(remote, peer_->local(), 1));
    return {};
  }
};

class JanusDriver final : public Driver {
 public:
  explicit JanusDriver(const Bench& bench) : bench_(bench) {}
  Result<void> start() { return session_.start(bench_); }
  Result<std::unique_ptr<Publisher>> publish() override {
    auto publisher = std::make_unique<JanusPublisher>(bench_, session_, feed_);
    PORTICO_TRY_DO(publisher->start());
    return publisher;
  }
  Result<std::unique_ptr<Subscriber>> subscribe(std::uint32_t) override {
    auto subscriber = std::make_unique<JanusSubscriber>(bench_, session_);
    PORTICO_TRY_DO(subscriber->start(feed_));
    return subscriber;
  }
  void tick(Instant now) override { session_.tick(now); }

 private:
  const Bench& bench_;
  Session session_;
  std::uint64_t feed_ = 0;
};

}  // namespace

Result<std::unique_ptr<Driver>> make_janus_driver(const Bench& bench) {
  auto driver = std::make_unique<JanusDriver>(bench);
  PORTICO_TRY_DO(driver->start());
  return driver;
}

}  // namespace portico::bench
