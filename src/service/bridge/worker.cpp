#include "service/bridge/worker.h"

#include <fmt/format.h>

#include "codec/stun/binding.h"
#include "codec/stun/message.h"
#include "io/door/udp_demux.h"
#include "protocol/livekit/token.h"

namespace portico::service::bridge {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kForeignCapacity = 16'384;  // packets on their way between two workers
constexpr std::size_t kMaxForeignPaths = 65'536;

}  // namespace

char ufrag_letter(std::size_t index) { return kLetters[index % kLetters.size()]; }

std::optional<std::size_t> worker_of_ufrag(std::string_view username) {
  std::size_t index = username.empty() ? std::string_view::npos : kLetters.find(username.front());
  if (index == std::string_view::npos) return std::nullopt;
  return index;
}

// What lives on the worker's thread.
class Worker::Shell final : public room::Host {
 public:
  Shell(io::runtime::Loop& loop, WorkerOptions options, Logger& logger, MetricsRegistry& metrics)
      : loop_(loop),
        options_(std::move(options)),
        logger_(logger),
        flows_(
            loop,
            [this](const Path& path, MutableBytes data) {
              engine_.receive(path, data, loop_.now());
            },
            [this](std::uint64_t flow) { engine_.flow_closed(flow, loop_.now()); }),
        engine_(options_.engine, *this),
        foreign_(loop, kForeignCapacity,
                 [this](std::vector<ForeignPacket>& packets) { take_foreign(packets); }),
        ticker_(loop, [this] { tick(); }),
        turn_end_(loop, [this] { end_turn(); }) {
    router_.set_tcp(flows_);
    MetricsRegistry::Labels labels{{"worker", std::to_string(options_.index)}};
    rooms_metric_ = &metrics.gauge("portico_rooms", "Rooms that are open", labels);
    participants_metric_ = &metrics.gauge("portico_participants", "Participants in rooms", labels);
    packets_in_ =
        &metrics.counter("portico_packets_received_total", "Media datagrams received", labels);
    packets_out_ = &metrics.counter("portico_packets_sent_total", "Media datagrams sent", labels);
    bytes_out_ =
        &metrics.counter("portico_bytes_sent_total", "Bytes of media datagrams sent", labels);
    drops_ = &metrics.counter("portico_packets_dropped_total", "Media datagrams we could not send",
                              labels);
  }

  Result<void> start(std::vector<io::door::BoundUdp> sockets,
                     std::vector<io::runtime::Mailbox<ForeignPacket>::Sender> peers) {
    peers_ = std::move(peers);
    for (auto& bound : sockets) {
      PORTICO_TRY(socket,
                  io::net::UdpSocket::start(
                      loop_, std::move(bound.socket),
                      [this](std::span<const io::net::Datagram> batch) { receive(batch); }));
      egress_.push_back(std::make_unique<io::net::EgressBatch>(*socket));
      router_.add(*egress_.back());
      sockets_.push_back(std::move(socket));
    }
    return {};
  }

  void add_flow(io::net::FramedSocket socket) {
    if (auto flow = flows_.add(std::move(socket)); !flow) {
      logger_.warning("ICE-TCP connection refused", {{"reason", flow.error().message}});
    }
  }

  void work(io::runtime::UniqueFunction<void(room::Engine&, Instant)> work) {
    work(engine_, loop_.now());
    keep_ticking();
  }

  void stop() { engine_.shut_down(loop_.now()); }

  io::runtime::Mailbox<ForeignPacket>::Sender foreign_sender() const { return foreign_.sender(); }

  // room::Host
  void send_signal(room::ConnectionId connection,
                   const codec::livekit::SignalResponse& message) override {
    Outbound outbound{connection, std::make_unique<codec::livekit::SignalResponse>(message)};
    if (!options_.outbound.send(std::move(outbound))) logger_.error("signalling queue is full", {});
  }
  void close_signal(room::ConnectionId connection) override {
    options_.outbound.send(Outbound{connection, nullptr});
  }
  PacketSink& sink() override { return router_; }
  Random& random() override { return random_; }
  WallTime wall_time() override { return io::runtime::wall_clock(); }
  std::string refresh_token(const protocol::livekit::Grants& grants) override {
    // Never shorter than ten minutes, never longer than what was left of the original
    // (livekit-protocol 2.2).
    WallTime now = wall_time();
    Duration left = std::chrono::seconds(grants.expires_at - now.unix_seconds());
    return protocol::livekit::mint_token(grants, options_.api_key, options_.api_secret, now,
                                         std::max<Duration>(left, 10min));
  }
  const protocol::dtls::Factory& dtls() override { return *options_.dtls; }
  void log(std::string_view event, const std::string& room_name, const std::string& participant,
           std::string_view detail) override {
    logger_.info(
        event,
        {{"room", room_name}, {"participant", participant}, {"detail", std::string(detail)}});
  }

 private:
  void receive(std::span<const io::net::Datagram> batch) {
    Instant now = loop_.now();
    packets_in_->add(static_cast<std::int64_t>(batch.size()));
    for (const io::net::Datagram& datagram : batch) {
      io::door::PacketKind kind = io::door::classify(datagram.data);
      if (kind == io::door::PacketKind::stun) {
        receive_stun(datagram, now);
      } else if (kind == io::door::PacketKind::dtls || kind == io::door::PacketKind::rtp ||
                 kind == io::door::PacketKind::rtcp) {
        auto home =
            foreign_paths_.empty() ? foreign_paths_.end() : foreign_paths_.find(datagram.path);
        if (home == foreign_paths_.end()) {
          engine_.receive(datagram.path, datagram.data, now);
        } else {
          forward(home->second, datagram);
        }
      }
    }
  }

  void receive_stun(const io::net::Datagram& datagram, Instant now) {
    auto message = codec::stun::parse(datagram.data);
    if (!message) return;
    auto username = message->username();
    if (!username) {
      // Not for a transport: a plain Binding request. Anything else without a name stays
      // unanswered.
      if (auto answer = codec::stun::answer_binding(datagram.data, datagram.path.remote)) {
        router_.send(datagram.path, *answer);
      } else {
        engine_.receive(datagram.path, datagram.data, now);  // a response to a check of ours
      }
      return;
    }
    auto home = worker_of_ufrag(*username);
    if (home && *home != options_.index && *home < peers_.size()) {
      if (foreign_paths_.size() >= kMaxForeignPaths)
        foreign_paths_.clear();  // the next STUN check of each path restores it
      foreign_paths_[datagram.path] = *home;
      forward(*home, datagram);
      return;
    }
    foreign_paths_.erase(datagram.path);
    engine_.receive(datagram.path, datagram.data, now);
  }

  void forward(std::size_t home, const io::net::Datagram& datagram) {
    ForeignPacket packet{datagram.path, ByteVector(datagram.data.begin(), datagram.data.end())};
    if (!peers_[home].send(std::move(packet))) drops_->add();
  }

  void take_foreign(std::vector<ForeignPacket>& packets) {
    Instant now = loop_.now();
    for (ForeignPacket& packet : packets) engine_.receive(packet.path, packet.data, now);
  }

  void end_turn() {
    engine_.settle(loop_.now());
    router_.flush();
    keep_ticking();
  }

  void keep_ticking() {
    if (!ticker_.armed() && !engine_.idle()) ticker_.arm_after(room::kTick);
  }

  void tick() {
    engine_.tick(loop_.now());
    Instant now = loop_.now();
    if (now >= next_metrics_) {
      next_metrics_ = now + 1s;
      publish_metrics();
    }
  }

  void publish_metrics() {
    room::EngineStats stats = engine_.stats();
    rooms_metric_->set(static_cast<std::int64_t>(stats.rooms));
    participants_metric_->set(static_cast<std::int64_t>(stats.participants));
    std::uint64_t packets = flows_.counters().packets_out;
    std::uint64_t bytes = 0;
    std::uint64_t dropped = flows_.counters().dropped_late + flows_.counters().dropped_full;
    for (const auto& egress : egress_) {
      packets += egress->counters().packets;
      bytes += egress->counters().bytes;
      dropped += egress->counters().dropped_full + egress->counters().dropped_error;
    }
    packets_out_->set(static_cast<std::int64_t>(packets));
    bytes_out_->set(static_cast<std::int64_t>(bytes));
    drops_->set(static_cast<std::int64_t>(dropped));
  }

  io::runtime::Loop& loop_;
  WorkerOptions options_;
  Logger& logger_;
  io::runtime::SystemRandom random_;
  std::vector<std::unique_ptr<io::net::UdpSocket>> sockets_;
  std::vector<std::unique_ptr<io::net::EgressBatch>> egress_;
  io::net::EgressRouter router_;
  io::net::FlowTable flows_;
  room::Engine engine_;
  io::runtime::Mailbox<ForeignPacket> foreign_;
  std::vector<io::runtime::Mailbox<ForeignPacket>::Sender> peers_;
  std::unordered_map<Path, std::size_t> foreign_paths_;  // paths that belong to another worker
  io::runtime::Timer ticker_;
  io::runtime::TurnHook turn_end_;
  Instant next_metrics_{};
  Metric* rooms_metric_;
  Metric* participants_metric_;
  Metric* packets_in_;
  Metric* packets_out_;
  Metric* bytes_out_;
  Metric* drops_;
};

Worker::Worker(WorkerOptions options, Logger& logger, MetricsRegistry& metrics)
    : thread_(fmt::format("worker-{}", options.index)) {
  options.engine.ufrag_prefix = ufrag_letter(options.index);
  thread_.call([&] {
    shell_ = std::make_unique<Shell>(thread_.loop(), std::move(options), logger, metrics);
    foreign_ = shell_->foreign_sender();
  });
}

Worker::~Worker() { stop(); }

Result<void> Worker::start(std::vector<io::door::BoundUdp> sockets,
                           std::vector<io::runtime::Mailbox<ForeignPacket>::Sender> peers) {
  Result<void> result;
  thread_.call([&] { result = shell_->start(std::move(sockets), std::move(peers)); });
  return result;
}

void Worker::add_flow(io::net::FramedSocket socket) {
  if (stopped_) return;
  auto boxed = std::make_unique<io::net::FramedSocket>(std::move(socket));
  thread_.loop().post(
      [this, boxed = std::move(boxed)]() mutable { shell_->add_flow(std::move(*boxed)); });
}

void Worker::post(io::runtime::UniqueFunction<void(room::Engine&, Instant)> work) {
  if (!stopped_)
    thread_.loop().post(
        [this, work = std::move(work)]() mutable { shell_->work(std::move(work)); });
}

void Worker::stop() {
  if (stopped_) return;
  stopped_ = true;
  thread_.call([this] {
    shell_->stop();
    shell_.reset();
  });
  thread_.stop();
}

}  // namespace portico::service::bridge
