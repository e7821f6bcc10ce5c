#include "media/simulator/world.h"

#include <fmt/format.h>

#include <algorithm>

namespace portico::media::simulator {

namespace {

const SocketAddress kServer{IpAddress::v4(192, 0, 2, 1), 8443};
constexpr int kMediaEvery = 20;  // ms

room::EngineConfig with_candidates(room::EngineConfig config) {
  config.candidates = {"candidate:1 1 udp 2130706431 192.0.2.1 8443 typ host"};
  return config;
}

}  // namespace

class World::ServerSink final : public PacketSink {
 public:
  explicit ServerSink(World& world) : world_(world) {}
  MutableBytes reserve(const Path& path, std::size_t max_size) override {
    path_ = path;
    buffer_.resize(max_size);
    return buffer_;
  }
  void commit(std::size_t size) override {
    if (size > 0)
      world_.network_.send(kServer, path_.remote, Bytes(buffer_).first(size), world_.now_);
  }

 private:
  World& world_;
  Path path_;
  ByteVector buffer_;
};

World::World(std::uint64_t seed, room::EngineConfig config)
    : random_(seed),
      dtls_(seed + 1),
      network_(seed + 2),
      sink_(std::make_unique<ServerSink>(*this)),
      engine_(std::make_unique<room::Engine>(with_candidates(std::move(config)), *this)) {}

World::~World() = default;

room::JoinParams World::join_params(Client& client, const std::string& room_name) {
  room::JoinParams params;
  params.grants.identity = client.identity();
  auto& video = params.grants.video.emplace();
  video.room_join = true;
  video.room = room_name;
  params.client.protocol = 16;
  params.single_peer_connection = true;
  return params;
}

Client& World::add_client(const std::string& identity, const std::string& room_name) {
  SocketAddress address{IpAddress::v4(198, 51, 100, static_cast<std::uint8_t>(clients_.size() + 1)),
                        5000};
  Client* self = nullptr;
  Client::Wires wires;
  wires.transmit = [this, address](const Path& path, Bytes data) {
    network_.send(address, path.remote, data, now_);
  };
  clients_.push_back(nullptr);
  std::size_t index = clients_.size() - 1;
  wires.signal = [this, index](codec::livekit::SignalRequest request) {
    to_server_.emplace_back(clients_[index].get(), std::move(request));
  };
  clients_[index] =
      std::make_unique<Client>(identity, address, kServer, random_.u64(), std::move(wires));
  self = clients_[index].get();
  restart(*self, room_name);
  return *self;
}

void World::restart(Client& client, const std::string& room_name) {
  std::erase_if(connections_, [&](const auto& entry) { return entry.second == &client; });
  room::ConnectionId id(next_connection_++);
  connections_[id] = &client;
  auto params = join_params(client, room_name);
  params.publisher_offer = client.first_offer(now_);
  static_cast<void>(engine_->join(id, std::move(params), now_));
}

void World::cut_signal(Client& client) {
  for (auto entry = connections_.begin(); entry != connections_.end(); ++entry) {
    if (entry->second != &client) continue;
    room::ConnectionId id = entry->first;
    connections_.erase(entry);
    engine_->signal_closed(id, now_);
    return;
  }
}

void World::resume(Client& client, const std::string& room_name) {
  room::ConnectionId id(next_connection_++);
  connections_[id] = &client;
  auto params = join_params(client, room_name);
  params.reconnect = true;
  params.participant_sid = client.participant_sid;
  static_cast<void>(engine_->join(id, std::move(params), now_));
}

void World::step() {
  now_ += 1ms;
  while (auto delivery = network_.poll(now_)) {
    if (delivery->to == kServer) {
      engine_->receive(Path{Transport::udp, kServer, delivery->from, 0}, delivery->data, now_);
      continue;
    }
    for (auto& client : clients_) {
      if (client->address() == delivery->to) client->receive(delivery->from, delivery->data, now_);
    }
  }
  while (!to_server_.empty()) {
    auto [client, request] = std::move(to_server_.front());
    to_server_.pop_front();
    for (const auto& [id, owner] : std::map(connections_)) {
      if (owner == client) engine_->signal(id, request, now_);
    }
  }
  while (!to_clients_.empty()) {
    auto [id, message] = std::move(to_clients_.front());
    to_clients_.pop_front();
    auto found = connections_.find(id);
    if (found != connections_.end()) found->second->on_signal(message, now_);
  }
  if ((now_.time_since_epoch() / 1ms) % (room::kTick / 1ms) == 0) engine_->tick(now_);
  engine_->settle(now_);
  for (auto& client : clients_) client->run(now_);
}

void World::run(Duration time, const std::function<void()>& each) {
  for (Instant end = now_ + time; now_ < end;) {
    step();
    if ((now_.time_since_epoch() / 1ms) % kMediaEvery != 0) continue;
    if (send_media) {
      for (auto& client : clients_) client->send_media(now_);
    }
    if (each) each();
  }
}

bool World::run_until(const std::function<bool()>& condition, Duration limit) {
  for (Instant end = now_ + limit; now_ < end;) {
    if (condition()) return true;
    run(20ms);
  }
  return condition();
}

void World::send_signal(room::ConnectionId connection,
                        const codec::livekit::SignalResponse& message) {
  to_clients_.emplace_back(connection, message);
}

void World::close_signal(room::ConnectionId) {}

PacketSink& World::sink() { return *sink_; }

WallTime World::wall_time() {
  constexpr std::int64_t kBegin = 1'800'000'000'000'000;  // some day in 2027
  return {kBegin + now_.time_since_epoch() / 1us};
}

}  // namespace portico::media::simulator
