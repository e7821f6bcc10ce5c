// bench_floor: the least a forwarder can do. One thread receives a burst, opens it, and for every
// subscriber copies and rewrites the header and encrypts the payload out of place into a send
// buffer, which leaves by UDP GSO. No ICE, no feedback, no history, no pacing: what a real bridge
// costs beyond this is its own doing.
//
//   bench_floor --address 127.0.0.1:7999 [--no-gso]

#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <map>
#include <string_view>
#include <vector>

#include "base/socket_address.h"
#include "bench/common/floor_protocol.h"
#include "protocol/srtp/receiver.h"
#include "protocol/srtp/sender.h"

namespace portico::bench {

namespace {

namespace srtp = protocol::srtp;

constexpr std::size_t kDatagram = 65536;
constexpr std::size_t kReceives = 16;
constexpr std::size_t kMaxBurst = 64;
constexpr std::size_t kMaxSubscribers = 4096;
constexpr std::size_t kRoom = 1536;  // for one sealed packet

volatile std::sig_atomic_t stopping = 0;

struct Viewer {
  sockaddr_in address{};
  srtp::Sender sender;
  Ssrc ssrc;
  ByteVector buffer;
};

struct Opened {
  MutableBytes packet;
  std::size_t header = 0;
};

class Floor {
 public:
  Floor(int fd, srtp::Receiver receiver, bool offload)
      : fd_(fd),
        receiver_(std::move(receiver)),
        offload_(offload),
        memory_(kReceives * kDatagram) {}

  void run() {
    pollfd readable{fd_, POLLIN, 0};
    while (stopping == 0) {
      if (::poll(&readable, 1, 1000) > 0) receive();
    }
    std::printf("packets in %lu, turns %lu, sends %lu\n", packets_, turns_, sends_);
  }

 private:
  void receive() {
    std::array<mmsghdr, kReceives> headers{};
    std::array<iovec, kReceives> vectors{};
    std::array<sockaddr_in, kReceives> names{};
    std::array<std::array<std::uint8_t, 64>, kReceives> controls{};
    for (std::size_t i = 0; i < kReceives; ++i) {
      vectors[i] = {memory_.data() + i * kDatagram, kDatagram};
      headers[i].msg_hdr = {
          &names[i], sizeof names[i], &vectors[i], 1, controls[i].data(), controls[i].size(), 0};
    }
    int count = ::recvmmsg(fd_, headers.data(), kReceives, MSG_DONTWAIT, nullptr);
    std::size_t opened = 0;
    for (std::size_t i = 0; count > 0 && i < static_cast<std::size_t>(count); ++i) {
      MutableBytes data(memory_.data() + i * kDatagram, headers[i].msg_len);
      std::size_t step = data.size();
      for (cmsghdr* c = CMSG_FIRSTHDR(&headers[i].msg_hdr); c != nullptr;
           c = CMSG_NXTHDR(&headers[i].msg_hdr, c)) {
        int segment = 0;
        if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO)
          std::memcpy(&segment, CMSG_DATA(c), sizeof segment);
        if (segment > 0) step = static_cast<std::size_t>(segment);
      }
      while (!data.empty() && opened < kMaxBurst) {
        MutableBytes packet = data.first(std::min(step, data.size()));
        data = data.subspan(packet.size());
        if (packet.size() == kFloorHelloSize && load32(packet.data()) == kFloorHello) {
          greet(load32(&packet[4]), names[i]);
        } else if (auto plain = receiver_.open_rtp(packet)) {
          burst_[opened++] = {*plain, *srtp::rtp_header_size(*plain)};
        }
      }
    }
    if (opened > 0) forward(std::span(burst_).first(opened));
  }

  void greet(std::uint32_t number, const sockaddr_in& address) {
    auto known = by_number_.find(number);
    if (known != by_number_.end() || viewers_.size() >= kMaxSubscribers) return;
    auto sender = srtp::Sender::create(kFloorProfile, floor_keys(number));
    if (!sender) return;
    by_number_[number] = viewers_.size();
    viewers_.push_back({address, std::move(*sender), Ssrc(number), ByteVector(kMaxBurst * kRoom)});
  }

  void forward(std::span<const Opened> burst) {
    packets_ += burst.size();
    ++turns_;
    messages_.clear();
    vectors_.clear();
    vectors_.reserve(viewers_.size() * burst.size());
    controls_.resize(viewers_.size());
    for (std::size_t v = 0; v < viewers_.size(); ++v) seal(v, burst);
    sends_ += messages_.size();
    std::size_t done = 0;
    while (done < messages_.size()) {
      int sent = ::sendmmsg(
          fd_, messages_.data() + done,
          static_cast<unsigned>(std::min<std::size_t>(1024, messages_.size() - done)), 0);
      if (sent <= 0 && errno != EINTR) return;
      done += sent > 0 ? static_cast<std::size_t>(sent) : 0;
    }
  }

  void seal(std::size_t index, std::span<const Opened> burst) {
    Viewer& viewer = viewers_[index];
    std::size_t used = 0;
    std::size_t segment = 0;
    for (const Opened& one : burst) {
      std::uint8_t* out = viewer.buffer.data() + used;
      std::memcpy(out, one.packet.data(), one.header);
      store32(out + 8, viewer.ssrc.value);
      store16(out + 2, static_cast<std::uint16_t>(load16(out + 2) + 1));
      store32(out + 4, load32(out + 4) + 90);
      auto sealed =
          viewer.sender.seal_rtp({out, one.header}, one.packet.subspan(one.header), {out, kRoom});
      if (!sealed) continue;
      if (segment == 0) segment = *sealed;
      if (!offload_ || *sealed != segment) flush(index, used, *sealed, 0);
      used += *sealed;
    }
    if (offload_ && used > 0) flush(index, 0, used, segment);
  }

  void flush(std::size_t index, std::size_t offset, std::size_t size, std::size_t segment) {
    Viewer& viewer = viewers_[index];
    vectors_.push_back({viewer.buffer.data() + offset, size});
    mmsghdr message{};
    message.msg_hdr.msg_name = &viewer.address;
    message.msg_hdr.msg_namelen = sizeof viewer.address;
    message.msg_hdr.msg_iov = &vectors_.back();
    message.msg_hdr.msg_iovlen = 1;
    if (segment > 0 && size > segment) {
      message.msg_hdr.msg_control = controls_[index].data();
      message.msg_hdr.msg_controllen = controls_[index].size();
      cmsghdr* control = CMSG_FIRSTHDR(&message.msg_hdr);
      control->cmsg_level = SOL_UDP;
      control->cmsg_type = UDP_SEGMENT;
      control->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
      auto value = static_cast<std::uint16_t>(segment);
      std::memcpy(CMSG_DATA(control), &value, sizeof value);
    }
    messages_.push_back(message);
  }

  int fd_;
  srtp::Receiver receiver_;
  bool offload_;
  ByteVector memory_;
  std::array<Opened, kMaxBurst> burst_{};
  std::vector<Viewer> viewers_;
  std::map<std::uint32_t, std::size_t> by_number_;
  std::vector<mmsghdr> messages_;
  std::vector<iovec> vectors_;
  struct alignas(cmsghdr) Control : std::array<std::uint8_t, CMSG_SPACE(sizeof(std::uint16_t))> {};
  std::vector<Control> controls_;
  std::uint64_t packets_ = 0;
  std::uint64_t turns_ = 0;  // a burst that arrives in two turns costs twice the sends
  std::uint64_t sends_ = 0;
};

int bind_socket(const SocketAddress& address) {
  int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(address.port);
  std::memcpy(&name.sin_addr, address.ip.bytes.data(), 4);
  int one = 1;
  setsockopt(fd, SOL_UDP, UDP_GRO, &one, sizeof one);
  int bytes = 4 << 20;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  return ::bind(fd, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0 ? fd : -1;
}

}  // namespace

}  // namespace portico::bench

int main(int argc, char** argv) {
  using namespace portico;
  std::string_view address = "127.0.0.1:7999";
  bool offload = true;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--no-gso") offload = false;
    if (std::string_view(argv[i]) == "--address" && i + 1 < argc) address = argv[++i];
  }
  auto parsed = SocketAddress::parse(address);
  int fd = parsed && parsed->ip.is_v4() ? bench::bind_socket(*parsed) : -1;
  auto receiver = protocol::srtp::Receiver::create(bench::kFloorProfile, bench::floor_keys(0));
  if (fd < 0 || !receiver) {
    std::fprintf(stderr, "bench_floor: cannot bind %s\n", std::string(address).c_str());
    return 1;
  }
  std::signal(SIGTERM, [](int) { bench::stopping = 1; });
  std::printf("ready\n");
  std::fflush(stdout);
  bench::Floor(fd, std::move(*receiver), offload).run();
  return 0;
}
