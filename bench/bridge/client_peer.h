#pragma once
// One peer connection of a simulated client: socket, transport (real ICE, DTLS and SRTP, as the
// client side) and a counter.
//
// Every packet is decrypted until the first key frame has come whole; after that, packets are
// counted by their SRTP header alone and only each `verify_every`-th is still authenticated, so
// that the generator's core is not spent on what the server is measured for.

#include <bitset>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "bench/bridge/reactor.h"
#include "bench/bridge/udp_endpoint.h"
#include "bench/common/video_source.h"
#include "media/peer/peer_transport.h"
#include "protocol/livekit/description.h"
#include "protocol/livekit/offer_answer.h"

namespace portico::bench {

struct Deliveries {
  std::uint64_t packets = 0;             // distinct media packets
  std::uint64_t repeated = 0;            // the same sequence number again
  std::uint64_t verified = 0;            // of them authenticated and decrypted
  std::uint64_t forged = 0;              // authentication failed
  std::optional<Instant> first_frame{};  // the first key frame was complete
};

// Counts distinct sequence numbers of one stream.
class SequenceCounter {
 public:
  // True: not seen before.
  bool add(Ssrc ssrc, std::uint16_t sequence);

 private:
  Ssrc ssrc_{};
  bool started_ = false;
  std::uint16_t newest_ = 0;
  std::bitset<65536> seen_;
};

struct ClientPeerOptions {
  IpAddress bind;
  bool offers = true;  // our SDP is the offer
  bool data_channels = true;
  std::uint32_t verify_every = 128;
};

class ClientPeer final : private media::peer::Observer {
 public:
  static Result<std::unique_ptr<ClientPeer>> create(Reactor& reactor,
                                                    const protocol::dtls::Factory& dtls,
                                                    Random& random,
                                                    const ClientPeerOptions& options);
  ~ClientPeer() override;

  // For our SDP: offers say setup:actpass, answers setup:active.
  const protocol::livekit::LocalTransport& local() const { return local_; }
  // The transport is made at the first call, when the roles are known.
  Result<void> set_remote(const protocol::livekit::RemoteDescription& remote, Instant now);
  void add_candidate(const std::string& line, Instant now);
  // The payload type that counts as media.
  void expect(PayloadType media) { media_ = media; }

  void tick(Instant now);
  // Sends the next `packets` of the source in one system call.
  void publish(VideoSource& source, std::uint32_t packets);

  bool connected() const { return connected_; }
  const std::string& failure() const { return failure_; }
  const Deliveries& deliveries() const { return deliveries_; }
  bool take_key_frame_request() { return std::exchange(key_frame_wanted_, false); }
  void on_first_frame(std::function<void()> callback) { first_frame_ = std::move(callback); }

 private:
  ClientPeer(Reactor& reactor, const protocol::dtls::Factory& dtls, Random& random, int fd,
             const ClientPeerOptions& options);
  Result<void> make_transport(const protocol::livekit::RemoteDescription& remote);
  void receive(const SocketAddress& from, MutableBytes datagram);
  void count(Bytes packet);
  void report(Instant now);

  void on_connected(Instant) override { connected_ = true; }
  void on_disconnected(Instant) override { failure_ = "ICE: disconnected"; }
  void on_failed(std::string_view reason, Instant) override { failure_ = std::string(reason); }
  void on_closed(Instant) override { failure_ = "the server closed DTLS"; }
  void on_rtp(MutableBytes packet, Instant now) override;
  void on_rtcp(Bytes packet, Instant now) override;
  void on_channel_open(const media::peer::ChannelInfo&, Instant) override {}
  void on_channel_closed(std::uint16_t, Instant) override {}
  void on_message(std::uint16_t, bool, Bytes, Instant) override {}

  Reactor& reactor_;
  const protocol::dtls::Factory& dtls_;
  Random& random_;
  ClientPeerOptions options_;
  UdpEndpoint socket_;
  protocol::livekit::LocalTransport local_;
  std::unique_ptr<media::peer::PeerTransport> transport_;
  std::optional<PayloadType> media_;
  Deliveries deliveries_;
  SequenceCounter sequences_;
  bool connected_ = false;
  std::string failure_;
  bool key_frame_wanted_ = false;
  std::optional<std::uint32_t> key_timestamp_;
  std::function<void()> first_frame_;
  std::uint32_t until_verify_ = 0;
  Instant next_report_{};
  Ssrc received_ssrc_{};
  std::uint16_t received_sequence_ = 0;
  const VideoSource* source_ = nullptr;
};

}  // namespace portico::bench
