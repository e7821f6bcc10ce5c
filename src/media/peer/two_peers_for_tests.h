#pragma once
// Two peers and a wire between them in virtual time: a server (lite, DTLS server) and a client
// (full, controlling, DTLS client).

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "media/peer/peer_transport.h"
#include "protocol/dtls/fake_context.h"

namespace portico::media::peer {

class Wire;

// An end of the wire: writes down what it observes and sends what it is told to.
class End final : public Observer, public PacketSink {
 public:
  std::string name;
  std::unique_ptr<PeerTransport> transport;
  Wire* wire = nullptr;
  bool full = false;  // reserve() refuses

  std::vector<std::string> events;
  std::vector<ByteVector> rtp;
  std::vector<ByteVector> rtcp;
  std::map<std::uint16_t, std::string> channels;
  std::vector<std::pair<std::uint16_t, std::string>> messages;
  std::function<void()> in_message;

  void on_connected(Instant) override { events.emplace_back("connected"); }
  void on_disconnected(Instant) override { events.emplace_back("disconnected"); }
  void on_failed(std::string_view reason, Instant) override {
    events.push_back("failed: " + std::string(reason));
  }
  void on_closed(Instant) override { events.emplace_back("closed"); }
  void on_rtp(MutableBytes packet, Instant) override {
    rtp.emplace_back(packet.begin(), packet.end());
  }
  void on_rtcp(Bytes packet, Instant) override { rtcp.emplace_back(packet.begin(), packet.end()); }
  void on_channel_open(const ChannelInfo& c, Instant) override { channels[c.id] = c.label; }
  void on_channel_closed(std::uint16_t id, Instant) override { channels.erase(id); }
  void on_message(std::uint16_t id, bool binary, Bytes message, Instant) override {
    messages.emplace_back(id, (binary ? "b:" : "t:") + std::string(as_text(message)));
    if (in_message) in_message();
  }

  MutableBytes reserve(const Path& path, std::size_t max_size) override {
    path_ = path;
    room_.assign(full ? 0 : max_size, 0xee);
    return room_;
  }
  void commit(std::size_t size) override;

 private:
  Path path_;
  ByteVector room_;
};

inline SocketAddress address(const char* text) { return *SocketAddress::parse(text); }

// Delivers after 20 ms and some jitter, loses a share, and hands packets to whichever end has the
// address (the client may move).
class Wire {
 public:
  explicit Wire(std::uint64_t seed) : random_(seed) {}
  std::uint32_t loss_percent = 0;
  std::uint32_t jitter_ms = 0;
  bool cut = false;
  Instant now{Duration(1'000'000'000)};
  std::size_t carried = 0;
  SocketAddress server_address = address("192.0.2.1:7000");
  SocketAddress client_base = address("198.51.100.9:5000");
  SocketAddress client_address = address("198.51.100.9:5000");
  End* server = nullptr;
  End* client = nullptr;

  void carry(const Path& path, Bytes packet) {
    ++carried;
    if (cut || random_.below(100) < loss_percent) return;
    Duration delay = 20ms + std::chrono::milliseconds(jitter_ms > 0 ? random_.below(jitter_ms) : 0);
    // The client is behind a NAT that shows it as client_address.
    bool to_server = path.remote == server_address;
    Path arriving{path.transport, to_server ? server_address : client_base,
                  to_server ? client_address : server_address, path.flow};
    if (!to_server && path.remote != client_address) return;
    under_way_.emplace(
        now + delay, Flight{to_server ? server : client, arriving, {packet.begin(), packet.end()}});
  }

  void run_for(Duration duration) {
    Instant end = now + duration;
    flush();
    while (true) {
      std::optional<Instant> next = end;
      if (!under_way_.empty()) next = std::min(*next, under_way_.begin()->first);
      for (End* e : {server, client}) {
        if (auto deadline = e->transport->next_deadline()) next = std::min(*next, *deadline);
      }
      now = std::max(now, *next);
      if (now >= end) break;
      std::size_t budget = 1000;
      while (!under_way_.empty() && under_way_.begin()->first <= now && budget-- > 0) {
        Flight flight = std::move(under_way_.begin()->second);
        under_way_.erase(under_way_.begin());
        flight.to->transport->receive(flight.path, flight.data, now);
      }
      for (End* e : {server, client}) e->transport->timeout(now);
      flush();
      ASSERT_LT(++steps_, 2'000'000U) << "the machines spin";
    }
    now = end;
  }
  void flush() {
    for (End* e : {server, client}) e->transport->flush(*e, now);
  }

 private:
  struct Flight {
    End* to;
    Path path;
    ByteVector data;
  };
  SeededRandom random_;
  std::multimap<Instant, Flight> under_way_;
  std::size_t steps_ = 0;
};

inline void End::commit(std::size_t size) {
  if (size > 0) wire->carry(path_, Bytes(room_).first(size));
}

// Everything set up but not yet introduced to each other.
struct TwoPeers {
  SeededRandom random{99};
  Wire wire;
  End server, client;
  const protocol::dtls::Factory& server_dtls;
  const protocol::dtls::Factory& client_dtls;

  TwoPeers(const protocol::dtls::Factory& for_server, const protocol::dtls::Factory& for_client,
           std::uint64_t seed = 1, const std::function<void(PeerConfig&)>& adjust = {})
      : wire(seed), server_dtls(for_server), client_dtls(for_client) {
    wire.server = &server;
    wire.client = &client;
    PeerConfig config;
    config.ice = {"Asrv", "serverserverserverserver"};
    config.local_candidates = {"candidate:1 1 udp 2130706431 192.0.2.1 7000 typ host"};
    config.dtls = &server_dtls;
    if (adjust) adjust(config);
    make(server, "server", config);
    PeerConfig other;
    other.ice = {"cli1", "clientclientclientclient"};
    other.ice_lite = false;
    other.ice_controlling = true;
    other.local_candidates = {"candidate:1 1 udp 2130706431 198.51.100.9 5000 typ host"};
    other.dtls = &client_dtls;
    other.dtls_server = false;
    if (adjust) adjust(other);
    make(client, "client", other);
  }
  void make(End& end, const char* name, const PeerConfig& config) {
    end.name = name;
    end.wire = &wire;
    auto created = PeerTransport::create(config, end, random);
    ASSERT_TRUE(created) << created.error().message;
    end.transport = std::move(*created);
  }
  void introduce() {
    introduce_client_to_server();
    introduce_server_to_client();
  }
  void introduce_client_to_server() {
    ASSERT_TRUE(server.transport->set_remote("cli1", "clientclientclientclient", "sha-256",
                                             client_dtls.fingerprint(), wire.now));
  }
  void introduce_server_to_client() {
    ASSERT_TRUE(client.transport->set_remote("Asrv", "serverserverserverserver", "sha-256",
                                             server_dtls.fingerprint(), wire.now));
    ASSERT_TRUE(client.transport->add_remote_candidate(
        "a=candidate:1 1 udp 2130706431 192.0.2.1 7000 typ host"));
  }
  bool connected() const {
    return server.transport->state() == PeerState::connected &&
           client.transport->state() == PeerState::connected;
  }
};

}  // namespace portico::media::peer
