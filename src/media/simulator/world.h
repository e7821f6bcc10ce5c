#pragma once
// A whole conference in virtual time: one room engine, fake clients, and the network between them.
// No socket, thread or clock; the same seed gives the same run.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "media/room/engine.h"
#include "media/simulator/client.h"
#include "media/simulator/network.h"

namespace portico::media::simulator {

class World final : public room::Host {
 public:
  explicit World(std::uint64_t seed, room::EngineConfig config = {});
  ~World() override;

  Client& add_client(const std::string& identity, const std::string& room_name = "room");
  // The client forgets everything and joins again from zero, as after a crash.
  void restart(Client& client, const std::string& room_name = "room");
  // Its WebSocket breaks; the media path stays.
  void cut_signal(Client& client);
  void resume(Client& client, const std::string& room_name = "room");

  // Advances in steps of a millisecond; `each` is called on every 20th, when clients send media.
  void run(Duration time, const std::function<void()>& each = {});
  // Advances until the condition holds; false when `limit` has passed.
  bool run_until(const std::function<bool()>& condition, Duration limit);

  Instant now() const { return now_; }
  Network& network() { return network_; }
  room::Engine& engine() { return *engine_; }
  bool send_media = true;

  // room::Host
  void send_signal(room::ConnectionId connection,
                   const codec::livekit::SignalResponse& message) override;
  void close_signal(room::ConnectionId connection) override;
  PacketSink& sink() override;
  Random& random() override { return random_; }
  WallTime wall_time() override;
  std::string refresh_token(const protocol::livekit::Grants&) override { return "token"; }
  const protocol::dtls::Factory& dtls() override { return dtls_; }
  void log(std::string_view, const std::string&, const std::string&, std::string_view) override {}

 private:
  class ServerSink;
  void step();
  room::JoinParams join_params(Client& client, const std::string& room_name);

  Instant now_{1s};
  SeededRandom random_;
  protocol::dtls::FakeContext dtls_;
  Network network_;
  std::unique_ptr<ServerSink> sink_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::map<room::ConnectionId, Client*> connections_;
  std::deque<std::pair<room::ConnectionId, codec::livekit::SignalResponse>> to_clients_;
  std::deque<std::pair<Client*, codec::livekit::SignalRequest>> to_server_;
  std::uint64_t next_connection_ = 1;
  std::unique_ptr<room::Engine> engine_;
};

}  // namespace portico::media::simulator
