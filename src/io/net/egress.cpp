#include "io/net/egress.h"

#include <netinet/udp.h>

#include <algorithm>
#include <cerrno>

#include "base/check.h"
#include "io/net/egress_arena.h"
#include "io/net/framed_connection.h"

namespace portico::io::net {

namespace {

// The kernel's UIO_MAXIOV bounds one sendmmsg.
constexpr std::size_t kMessagesPerCall = 1024;

bool kernel_has_offload(int socket) {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(socket, SOL_UDP, UDP_SEGMENT, &value, &size) == 0;
}

std::size_t bytes_of(const msghdr& message) {
  std::size_t total = 0;
  for (std::size_t i = 0; i < message.msg_iovlen; ++i) total += message.msg_iov[i].iov_len;
  return total;
}

}  // namespace

EgressBatch::EgressBatch(UdpSocket& socket, Options options)
    : socket_(socket),
      offload_(options.segmentation_offload && kernel_has_offload(socket.fd())),
      send_(std::move(options.send)),
      filling_(std::make_unique<Arena>(options.arena_bytes)),
      spare_(std::make_unique<Arena>(options.arena_bytes)),
      pending_(std::make_unique<Messages>()) {}

EgressBatch::~EgressBatch() {
  if (waiting_) socket_.on_writable({});
}

MutableBytes EgressBatch::reserve(const Path& path, std::size_t max_size) {
  MutableBytes room = filling_->reserve(path, max_size);
  if (room.empty() && !waiting_) {
    // A long turn: a stalled worker catches up with many bursts at once.
    flush();
    room = filling_->reserve(path, max_size);
  }
  if (room.empty()) ++counters_.dropped_full;
  return room;
}

void EgressBatch::commit(std::size_t size) { filling_->commit(size); }

bool EgressBatch::idle() const { return filling_->empty() && pending_->done(); }

void EgressBatch::flush() {
  if (!pending_->done()) send_pending();
  if (!pending_->done() || filling_->empty()) return;
  spare_->clear();
  std::swap(filling_, spare_);  // pending_ points into spare_ until it is done
  pending_->build(*spare_, offload_, socket_.local().ip.is_unspecified());
  send_pending();
}

int EgressBatch::send_some(mmsghdr* messages, std::size_t count) {
  ++counters_.system_calls;
  auto limited = static_cast<unsigned>(std::min(count, kMessagesPerCall));
  return send_ ? send_(socket_.fd(), messages, limited)
               : ::sendmmsg(socket_.fd(), messages, limited, MSG_DONTWAIT);
}

void EgressBatch::send_pending() {
  while (!pending_->done()) {
    int sent = send_some(pending_->next(), pending_->left());
    if (sent > 0) {
      account(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      ++counters_.blocked;
      if (!waiting_) socket_.on_writable([this] { flush(); });
      waiting_ = true;
      return;
    } else if (errno != EINTR) {
      recover(errno);
    }
  }
  if (waiting_) socket_.on_writable({});
  waiting_ = false;
}

void EgressBatch::account(std::size_t sent) {
  for (std::size_t i = 0; i < sent; ++i) {
    const msghdr& message = pending_->next()[i].msg_hdr;
    counters_.packets += message.msg_iovlen;
    counters_.bytes += bytes_of(message);
  }
  counters_.messages += sent;
  pending_->advance(sent);
}

// The first pending message was refused. One with several segments is tried again packet by packet,
// because the device may not do segmentation offload (EIO) or the path's MTU has become smaller
// than the segments (EINVAL); anything else is dropped.
void EgressBatch::recover(int error) {
  mmsghdr& refused = *pending_->next();
  std::size_t packets = refused.msg_hdr.msg_iovlen;
  if (packets > 1 && (error == EIO || error == EOPNOTSUPP)) offload_ = false;
  bool split =
      packets > 1 && (error == EIO || error == EOPNOTSUPP || error == EINVAL || error == EMSGSIZE);
  for (std::size_t i = 0; i < packets; ++i) {
    mmsghdr one = refused;
    one.msg_hdr.msg_iov = refused.msg_hdr.msg_iov + i;
    one.msg_hdr.msg_iovlen = 1;
    // UDP_SEGMENT is the last control message: leave it out.
    one.msg_hdr.msg_controllen -= packets > 1 ? CMSG_SPACE(sizeof(std::uint16_t)) : 0;
    if (split && send_some(&one, 1) == 1) {
      ++counters_.packets;
      ++counters_.messages;
      counters_.bytes += one.msg_hdr.msg_iov->iov_len;
    } else {
      ++counters_.dropped_error;
    }
  }
  pending_->advance(1);
}

PacketSink* EgressRouter::route(const Path& path) const {
  if (path.transport == Transport::tcp) return tcp_;
  EgressBatch* fallback = nullptr;
  for (EgressBatch* batch : batches_) {
    const SocketAddress& bound = batch->socket().local();
    if (bound.ip.family != path.remote.ip.family) continue;
    if (bound.port == path.local.port && (bound.ip.is_unspecified() || bound.ip == path.local.ip))
      return batch;
    if (fallback == nullptr) fallback = batch;
  }
  return fallback;
}

MutableBytes EgressRouter::reserve(const Path& path, std::size_t max_size) {
  current_ = route(path);
  return current_ == nullptr ? MutableBytes() : current_->reserve(path, max_size);
}

void EgressRouter::commit(std::size_t size) {
  if (current_ != nullptr) current_->commit(size);
}

void EgressRouter::flush() {
  for (EgressBatch* batch : batches_) batch->flush();
  if (tcp_ != nullptr) tcp_->flush();
}

}  // namespace portico::io::net
