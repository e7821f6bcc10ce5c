#include "io/net/framed_connection.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <deque>

#include "base/check.h"
#include "io/net/framing.h"
#include "io/net/socket.h"

namespace portico::io::net {

namespace {

constexpr std::size_t kReadBytes = 16 << 10;
constexpr int kReadsPerTurn = 8;
constexpr std::size_t kFramesPerWrite = 64;

// RFC 7983: 128..191 is RTP and RTCP, which is worthless when late. STUN and DTLS are not.
bool is_media(Bytes packet) { return packet[0] >= 128 && packet[0] < 192; }

}  // namespace

class FramedConnection {
 public:
  FramedConnection(FlowTable& table, runtime::Fd fd, Path path, std::shared_ptr<void> guard)
      : table_(table), fd_(std::move(fd)), path_(path), guard_(std::move(guard)) {}

  const Path& path() const { return path_; }
  void start() {
    fd_.on_ready(runtime::Fd::Direction::read, [this] { receive_some(); });
  }
  void feed(Bytes data) {
    deframer_.feed(data);
    deliver();
  }
  // Nothing is called or sent from now on.
  void end() {
    ended_ = true;
    fd_.on_ready(runtime::Fd::Direction::read, {});
    fd_.on_ready(runtime::Fd::Direction::write, {});
    ::shutdown(fd_.get(), SHUT_RDWR);
  }

  bool has_room(std::size_t size) const {
    return queued_bytes_ + size <= table_.limits_.queue_bytes;
  }
  void queue(ByteVector frame, Instant now) {
    queued_bytes_ += frame.size();
    queue_.push_back({std::move(frame), now});
  }
  void send_some();

  bool dirty = false;  // listed in FlowTable::dirty_

 private:
  struct Frame {
    ByteVector bytes;  // with the length in front
    Instant queued;
  };
  void receive_some();
  void deliver();
  void drop_late(Instant now);
  void sent(std::size_t bytes);
  void pop() {
    queued_bytes_ -= queue_.front().bytes.size();
    queue_.pop_front();
    offset_ = 0;
  }

  FlowTable& table_;
  runtime::Fd fd_;
  Path path_;
  std::shared_ptr<void> guard_;
  Deframer deframer_;
  std::deque<Frame> queue_;
  std::size_t queued_bytes_ = 0;
  std::size_t offset_ = 0;  // of the front frame, sent already
  bool ended_ = false;
};

void FramedConnection::receive_some() {
  std::array<std::uint8_t, kReadBytes> buffer;
  for (int i = 0; i < kReadsPerTurn && !ended_; ++i) {
    ssize_t got = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return table_.peer_gone(path_.flow);
    feed(Bytes(buffer).first(static_cast<std::size_t>(got)));
  }
}

void FramedConnection::deliver() {
  while (!ended_) {
    std::optional<MutableBytes> packet = deframer_.next();
    if (!packet) return;
    ++table_.counters_.packets_in;
    table_.receive_(path_, *packet);
  }
}

void FramedConnection::drop_late(Instant now) {
  std::size_t begun = offset_ > 0 ? 1 : 0;  // a frame that is partly sent must be finished
  for (std::size_t i = begun; i < queue_.size();) {
    Frame& frame = queue_[i];
    if (now - frame.queued <= table_.limits_.max_age) return;  // the rest is younger
    if (!is_media(Bytes(frame.bytes).subspan(kFrameHeader))) {
      ++i;
      continue;
    }
    queued_bytes_ -= frame.bytes.size();
    queue_.erase(queue_.begin() + static_cast<std::ptrdiff_t>(i));
    ++table_.counters_.dropped_late;
  }
}

void FramedConnection::send_some() {
  if (ended_) return;
  drop_late(table_.loop_.now());
  while (!queue_.empty()) {
    std::array<iovec, kFramesPerWrite> vectors;
    std::size_t count = std::min(queue_.size(), kFramesPerWrite);
    for (std::size_t i = 0; i < count; ++i) {
      std::size_t skip = i == 0 ? offset_ : 0;
      vectors[i] = {queue_[i].bytes.data() + skip, queue_[i].bytes.size() - skip};
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    ssize_t written = ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
    if (written >= 0) {
      sent(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      fd_.on_ready(runtime::Fd::Direction::write, [this] { send_some(); });
      return;
    } else if (errno != EINTR) {
      return table_.peer_gone(path_.flow);
    }
  }
  fd_.on_ready(runtime::Fd::Direction::write, {});
}

void FramedConnection::sent(std::size_t bytes) {
  while (bytes > 0) {
    std::size_t left = queue_.front().bytes.size() - offset_;
    if (bytes < left) {
      offset_ += bytes;
      return;
    }
    bytes -= left;
    pop();
    ++table_.counters_.packets_out;
  }
}

FlowTable::FlowTable(runtime::Loop& loop, Receive receive, Closed closed, Limits limits)
    : loop_(loop),
      receive_(std::move(receive)),
      closed_(std::move(closed)),
      limits_(limits),
      turn_end_(loop, [this] { end_turn(); }) {}

FlowTable::~FlowTable() = default;

Result<std::uint64_t> FlowTable::add(FramedSocket socket) {
  if (flows_.size() >= limits_.connections) {
    ++counters_.refused;
    return fail(ErrorCode::limit, "too many ICE-TCP connections");
  }
  PORTICO_TRY(fd, runtime::Fd::open(loop_, std::move(socket.socket)));
  std::uint64_t flow = next_flow_++;
  Path path{Transport::tcp, socket.endpoints.local, socket.endpoints.remote, flow};
  auto connection =
      std::make_unique<FramedConnection>(*this, std::move(fd), path, std::move(socket.guard));
  flows_.emplace(flow, std::move(connection));
  // Delivered by a later turn step, so that the caller knows the number first.
  fresh_.emplace_back(flow, std::move(socket.received));
  loop_.post([alive = std::weak_ptr<bool>(alive_), this] {
    if (alive.lock()) start_fresh();
  });
  return flow;
}

void FlowTable::start_fresh() {
  std::vector<std::pair<std::uint64_t, ByteVector>> fresh = std::exchange(fresh_, {});
  for (auto& [flow, received] : fresh) {
    FramedConnection* connection = find(flow);
    if (connection == nullptr) continue;
    connection->start();
    connection->feed(received);
  }
}

FramedConnection* FlowTable::find(std::uint64_t flow) const {
  auto found = flows_.find(flow);
  return found == flows_.end() ? nullptr : found->second.get();
}

void FlowTable::close(std::uint64_t flow) {
  auto found = flows_.find(flow);
  if (found == flows_.end()) return;
  if (reserved_for_ == found->second.get()) reserved_for_ = nullptr;
  found->second->end();
  buried_.push_back(std::move(found->second));
  flows_.erase(found);
  loop_.post([] {});  // a turn in which to bury it
}

void FlowTable::peer_gone(std::uint64_t flow) {
  close(flow);
  if (closed_) closed_(flow);
}

std::optional<Path> FlowTable::path(std::uint64_t flow) const {
  FramedConnection* connection = find(flow);
  if (connection == nullptr) return std::nullopt;
  return connection->path();
}

MutableBytes FlowTable::reserve(const Path& path, std::size_t max_size) {
  reserved_for_ = find(path.flow);
  if (reserved_for_ == nullptr || max_size > 65535 ||
      !reserved_for_->has_room(kFrameHeader + max_size)) {
    reserved_for_ = nullptr;
    ++counters_.dropped_full;
    return {};
  }
  frame_.resize(kFrameHeader + max_size);
  return MutableBytes(frame_).subspan(kFrameHeader);
}

void FlowTable::commit(std::size_t size) {
  FramedConnection* connection = std::exchange(reserved_for_, nullptr);
  if (connection == nullptr || size == 0) return;
  PORTICO_CHECK(kFrameHeader + size <= frame_.size());
  frame_.resize(kFrameHeader + size);
  store16(frame_.data(), static_cast<std::uint16_t>(size));
  connection->queue(std::exchange(frame_, ByteVector()), loop_.now());
  if (!std::exchange(connection->dirty, true)) dirty_.push_back(connection->path().flow);
}

void FlowTable::flush() {
  std::vector<std::uint64_t> dirty = std::exchange(dirty_, {});
  for (std::uint64_t flow : dirty) {
    FramedConnection* connection = find(flow);
    if (connection == nullptr) continue;
    connection->dirty = false;
    connection->send_some();
  }
}

void FlowTable::end_turn() {
  flush();
  buried_.clear();
}

}  // namespace portico::io::net
