#pragma once
// A fake LiveKit client (one peer connection, /rtc/v1) for simulations: joins, publishes a VP8-like
// and an Opus-like stream, subscribes to everything, answers the server's requests for sections,
// sends and receives data. Keeps what it saw for tests.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/packet_sink.h"
#include "codec/livekit/messages.h"
#include "media/peer/peer_transport.h"
#include "protocol/dtls/fake_context.h"
#include "protocol/livekit/description.h"

namespace portico::media::simulator {

class Client final : public peer::Observer {
 public:
  // How it reaches the world. `transmit` sends a datagram to the server, `signal` a request on its
  // WebSocket.
  struct Wires {
    std::function<void(const Path&, Bytes)> transmit;
    std::function<void(codec::livekit::SignalRequest)> signal;
  };
  struct Stream {
    std::uint64_t packets = 0;
    std::set<std::uint16_t> sequences;
    std::uint32_t last_timestamp = 0;
    std::uint64_t timestamps_back = 0;  // newer sequence with an older timestamp
    std::uint16_t last_sequence = 0;
    std::set<std::uint32_t> counters;  // what the publisher wrote into the payloads
  };

  Client(std::string identity, SocketAddress address, SocketAddress server, std::uint64_t seed,
         Wires wires);
  ~Client() override;

  const std::string& identity() const { return identity_; }
  const SocketAddress& address() const { return address_; }
  // The join's offer; also used to begin again from zero.
  codec::livekit::SessionDescription first_offer(Instant now);
  void on_signal(const codec::livekit::SignalResponse& message, Instant now);
  void receive(const SocketAddress& from, MutableBytes data, Instant now);
  void run(Instant now);

  void publish(codec::livekit::TrackType type, Instant now);
  // One packet of each published track.
  void send_media(Instant now);
  void send_data(const std::string& text, Instant now);

  bool connected() const { return connected_; }
  std::string participant_sid;
  std::map<std::string, std::string> others;  // identity -> state name of the last update
  std::map<std::string, Stream> streams;      // by track sid
  std::vector<std::string> data;              // payloads in order
  std::vector<codec::livekit::LeaveRequest> leaves;
  std::vector<codec::livekit::SpeakerInfo> speakers;  // all changes
  std::uint64_t key_frame_requests = 0;

 private:
  struct Section {
    std::string mid;
    std::string kind;  // audio, video
    bool sends = false;
    std::string cid;
    std::uint32_t ssrc = 0;
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    std::uint32_t counter = 0;
  };
  void send_offer(Instant now);
  std::string offer_text() const;
  void handle_answer(const codec::livekit::SessionDescription& answer, Instant now);
  void send_rtp(Section& section, Instant now);

  void on_connected(Instant) override { connected_ = true; }
  void on_disconnected(Instant) override { connected_ = false; }
  void on_failed(std::string_view, Instant) override { connected_ = false; }
  void on_closed(Instant) override { connected_ = false; }
  void on_rtp(MutableBytes packet, Instant now) override;
  void on_rtcp(Bytes packet, Instant now) override;
  void on_channel_open(const peer::ChannelInfo& channel, Instant now) override;
  void on_channel_closed(std::uint16_t, Instant) override {}
  void on_message(std::uint16_t id, bool binary, Bytes message, Instant now) override;

  class Sink;
  std::string identity_;
  SocketAddress address_, server_;
  Wires wires_;
  SeededRandom random_;
  protocol::dtls::FakeContext dtls_;
  peer::IceCredentials credentials_;
  std::unique_ptr<Sink> sink_;
  std::unique_ptr<peer::PeerTransport> transport_;
  std::vector<Section> sections_;
  std::map<std::uint32_t, std::string> tracks_by_ssrc_;
  std::uint32_t offer_id_ = 0;
  std::uint32_t data_sequence_ = 0;
  std::optional<std::uint16_t> reliable_;
  bool connected_ = false;
  bool answered_ = false;
};

}  // namespace portico::media::simulator
