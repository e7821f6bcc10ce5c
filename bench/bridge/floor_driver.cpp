// Drives bench_floor: the same traffic without ICE, DTLS and signalling.

#include "bench/bridge/driver.h"
#include "bench/bridge/options.h"
#include "bench/common/floor_protocol.h"
#include "bench/common/process_stats.h"
#include "protocol/srtp/receiver.h"
#include "protocol/srtp/sender.h"

namespace portico::bench {

namespace {

namespace srtp = protocol::srtp;

VideoFormat format(const Options& options) {
  VideoFormat out;
  out.ssrc = Ssrc(1);
  out.packet_size = options.size;
  out.burst = options.burst;
  out.packets_per_second = options.rate;
  out.transport_cc_id = std::uint8_t{3};
  return out;
}

class FloorPublisher final : public Publisher {
 public:
  FloorPublisher(int fd, const SocketAddress& server, srtp::Sender sender, const Options& options)
      : socket_(fd),
        path_{Transport::udp, socket_.local(), server, 0},
        sender_(std::move(sender)),
        source_(format(options)) {}

  void tick(Instant) override {}
  std::string failure() const override { return {}; }
  bool ready() const override { return true; }
  void send_burst() override {
    for (std::uint32_t i = 0; i < source_.format().burst; ++i) {
      RtpPacket packet = source_.next();
      MutableBytes room = socket_.reserve(path_, source_.format().packet_size + srtp::kMaxOverhead);
      auto sealed = sender_.seal_rtp(packet.header, packet.payload, room);
      socket_.commit(sealed.value_or(0));
    }
    socket_.flush();
  }
  const VideoSource& source() const override { return source_; }

 private:
  UdpEndpoint socket_;
  Path path_;
  srtp::Sender sender_;
  VideoSource source_;
};

class FloorSubscriber final : public Subscriber {
 public:
  FloorSubscriber(const Bench& bench, int fd, const SocketAddress& server, std::uint32_t number,
                  srtp::Receiver receiver)
      : bench_(bench),
        socket_(fd),
        path_{Transport::udp, socket_.local(), server, 0},
        number_(number),
        receiver_(std::move(receiver)) {
    bench_.reactor.add(socket_.fd(), [this] {
      socket_.drain([this](const SocketAddress&, MutableBytes packet) { receive(packet); });
    });
  }
  ~FloorSubscriber() override { bench_.reactor.remove(socket_.fd()); }

  void tick(Instant now) override {
    if (deliveries_.first_frame || now < next_hello_) return;
    next_hello_ = now + 1s;
    ByteWriter hello;
    hello.u32(kFloorHello);
    hello.u32(number_);
    socket_.send(path_, hello.view());
    socket_.flush();
  }
  std::string failure() const override { return {}; }
  const Deliveries& deliveries() const override { return deliveries_; }

 private:
  void receive(MutableBytes packet) {
    if (packet.size() < 12) return;
    bool fresh = sequences_.add(Ssrc(load32(&packet[8])), load16(&packet[2]));
    ++(fresh ? deliveries_.packets : deliveries_.repeated);
    if (until_verify_ > 0) {
      --until_verify_;
      return;
    }
    until_verify_ = bench_.options.verify_every;
    ++(receiver_.open_rtp(packet) ? deliveries_.verified : deliveries_.forged);
    if (!deliveries_.first_frame) deliveries_.first_frame = monotonic_now();
  }

  const Bench& bench_;
  UdpEndpoint socket_;
  Path path_;
  std::uint32_t number_;
  srtp::Receiver receiver_;
  Deliveries deliveries_;
  SequenceCounter sequences_;
  std::uint32_t until_verify_ = 0;
  Instant next_hello_{};
};

class FloorDriver final : public Driver {
 public:
  FloorDriver(const Bench& bench, const SocketAddress& server) : bench_(bench), server_(server) {}
  Result<std::unique_ptr<Publisher>> publish() override {
    PORTICO_TRY(fd, UdpEndpoint::open(bench_.options.bind));
    PORTICO_TRY(sender, srtp::Sender::create(kFloorProfile, floor_keys(0)));
    return std::make_unique<FloorPublisher>(fd, server_, std::move(sender), bench_.options);
  }
  Result<std::unique_ptr<Subscriber>> subscribe(std::uint32_t number) override {
    PORTICO_TRY(fd, UdpEndpoint::open(bench_.options.bind));
    PORTICO_TRY(receiver, srtp::Receiver::create(kFloorProfile, floor_keys(number)));
    return std::make_unique<FloorSubscriber>(bench_, fd, server_, number, std::move(receiver));
  }

 private:
  const Bench& bench_;
  SocketAddress server_;
};

}  // namespace

Result<std::unique_ptr<Driver>> make_floor_driver(const Bench& bench) {
  PORTICO_TRY(server, SocketAddress::parse(bench.options.url));
  return std::unique_ptr<Driver>(new FloorDriver(bench, server));
}

}  // namespace portico::bench
