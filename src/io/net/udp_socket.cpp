#include "io/net/udp_socket.h"

#include <netinet/udp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <vector>

#include "io/net/sockaddr.h"
#include "io/net/socket.h"

namespace portico::io::net {

namespace {

// A GRO message holds up to 64 KiB, so 16 of them are one MiB of buffer a socket.
constexpr std::size_t kMessages = 16;
constexpr std::size_t kMessageBytes = 65536;
// System calls a turn before the other sockets of the loop get their chance.
constexpr int kRoundsPerTurn = 8;

struct Control {
  alignas(cmsghdr) std::array<
      std::uint8_t, CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(in_pktinfo)) +
                        CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(std::uint32_t))> bytes;
};

// What the kernel says beside a message.
struct Details {
  IpAddress local;
  bool has_local = false;
  std::size_t segment = 0;  // GRO: size of each packet but the last; 0: one packet
  std::uint32_t drops = 0;
};

template <class T>
T control_value(const cmsghdr* header) {
  T value{};
  std::memcpy(&value, CMSG_DATA(header), sizeof value);
  return value;
}

Details read_control(msghdr& message) {
  Details details;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      auto info = control_value<in_pktinfo>(c);
      details.local = IpAddress();
      std::memcpy(details.local.bytes.data(), &info.ipi_addr, 4);
      details.has_local = true;
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      auto info = control_value<in6_pktinfo>(c);
      details.local.family = IpAddress::Family::v6;
      std::memcpy(details.local.bytes.data(), &info.ipi6_addr, 16);
      details.has_local = true;
    } else if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
      details.segment = static_cast<std::size_t>(control_value<int>(c));
    } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) {
      details.drops = control_value<std::uint32_t>(c);
    }
  }
  return details;
}

}  // namespace

struct UdpSocket::Buffers {
  std::unique_ptr<std::uint8_t[]> data =
      std::make_unique_for_overwrite<std::uint8_t[]>(kMessages * kMessageBytes);
  std::array<mmsghdr, kMessages> headers{};
  std::array<iovec, kMessages> vectors{};
  std::array<sockaddr_storage, kMessages> names{};
  std::array<Control, kMessages> controls{};
  std::vector<Datagram> batch;

  void prepare() {
    for (std::size_t i = 0; i < kMessages; ++i) {
      vectors[i] = {data.get() + i * kMessageBytes, kMessageBytes};
      msghdr& m = headers[i].msg_hdr;
      m = msghdr{};
      m.msg_name = &names[i];
      m.msg_namelen = sizeof(sockaddr_storage);
      m.msg_iov = &vectors[i];
      m.msg_iovlen = 1;
      m.msg_control = controls[i].bytes.data();
      m.msg_controllen = controls[i].bytes.size();
    }
  }
};

Result<std::unique_ptr<UdpSocket>> UdpSocket::start(runtime::Loop& loop, runtime::UniqueFd socket,
                                                    Receive receive) {
  PORTICO_TRY(fd, runtime::Fd::open(loop, std::move(socket)));
  return std::unique_ptr<UdpSocket>(new UdpSocket(std::move(fd), std::move(receive)));
}

UdpSocket::UdpSocket(runtime::Fd fd, Receive receive)
    : fd_(std::move(fd)),
      local_(local_address(fd_.get())),
      receive_(std::move(receive)),
      buffers_(std::make_unique<Buffers>()) {
  fd_.on_ready(runtime::Fd::Direction::read, [this] { receive_some(); });
}

UdpSocket::~UdpSocket() = default;

int UdpSocket::fd() const { return fd_.get(); }
runtime::Loop& UdpSocket::loop() const { return fd_.loop(); }

void UdpSocket::on_writable(std::function<void()> callback) {
  fd_.on_ready(runtime::Fd::Direction::write, std::move(callback));
}

void UdpSocket::receive_some() {
  for (int round = 0; round < kRoundsPerTurn; ++round) {
    buffers_->prepare();
    int count = ::recvmmsg(fd_.get(), buffers_->headers.data(), kMessages, MSG_DONTWAIT, nullptr);
    ++counters_.system_calls;
    if (count <= 0)
      return;  // EAGAIN; an ICMP error of an earlier send is taken off the socket by this very call
    collect(static_cast<std::size_t>(count));
    if (!buffers_->batch.empty()) receive_(buffers_->batch);
    if (static_cast<std::size_t>(count) < kMessages) return;
  }
}

void UdpSocket::collect(std::size_t messages) {
  std::vector<Datagram>& batch = buffers_->batch;
  batch.clear();
  for (std::size_t i = 0; i < messages; ++i) {
    msghdr& message = buffers_->headers[i].msg_hdr;
    Details details = read_control(message);
    if (details.drops > counters_.kernel_drops) counters_.kernel_drops = details.drops;
    Path path;
    path.transport = Transport::udp;
    path.remote = from_kernel(buffers_->names[i]);
    path.local.ip = details.has_local ? details.local.unmapped() : local_.ip;
    path.local.port = local_.port;
    if ((message.msg_flags & MSG_TRUNC) != 0 || path.remote.port == 0) {
      ++counters_.truncated;
      continue;
    }
    MutableBytes data(buffers_->data.get() + i * kMessageBytes, buffers_->headers[i].msg_len);
    std::size_t step = details.segment == 0 ? data.size() : details.segment;
    while (!data.empty()) {
      MutableBytes packet = data.first(std::min(step, data.size()));
      batch.push_back({path, packet});
      ++counters_.packets;
      counters_.bytes += packet.size();
      data = data.subspan(packet.size());
    }
  }
}

}  // namespace portico::io::net
