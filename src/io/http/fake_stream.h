#pragma once
// A Stream without a socket, for tests: the test plays the peer, decides what arrives, when a
// deadline passes and how fast bytes leave.

#include <memory>
#include <string>
#include <utility>

#include "io/net/stream.h"
#include "io/runtime/event.h"
#include "io/runtime/loop.h"
#include "io/runtime/system.h"

namespace portico::io::http {

// The peer's side; shared by the test and the stream, whichever lives longer.
struct FakePeer {
  explicit FakePeer(runtime::Loop& loop) : readable(loop), writable(loop) { writable.set(); }

  std::string incoming;  // what read() will return
  std::string outgoing;  // what was written
  bool eof = false;      // the peer has ended its side
  bool closed = false;   // the stream was closed
  bool finished = false;
  bool read_timeout = false, write_timeout = false;  // the deadline has passed
  std::optional<Instant> read_deadline, write_deadline;
  std::size_t reads = 0;
  runtime::Event readable, writable;

  void say(std::string_view text) {
    incoming += text;
    readable.set();
  }
  void hang_up() {
    eof = true;
    readable.set();
  }
  void pass_read_deadline() {
    read_timeout = true;
    readable.set();
  }
  void pass_write_deadline() {
    write_timeout = true;
    writable.set();
  }
  // From now on writes do not finish.
  void stall() { writable.reset(); }
  void unstall() { writable.set(); }
  std::string take() { return std::exchange(outgoing, {}); }
};

class FakeStream final : public net::Stream {
 public:
  FakeStream(runtime::Loop& loop, std::shared_ptr<FakePeer> peer, bool is_secure = true)
      : loop_(loop), peer_(std::move(peer)), secure_(is_secure) {
    remote_ = *SocketAddress::parse("192.0.2.7:50000");
    local_ = *SocketAddress::parse("192.0.2.1:443");
  }
  ~FakeStream() override { FakeStream::close(); }

  runtime::Task<Result<std::size_t>> read(MutableBytes buffer) override {
    const std::shared_ptr<FakePeer> peer = peer_;
    while (true) {
      ++peer->reads;
      if (peer->closed) co_return fail(ErrorCode::closed, "closed");
      if (peer->read_timeout) co_return fail(ErrorCode::timeout, "timeout");
      if (!peer->incoming.empty()) {
        const std::size_t size = std::min(buffer.size(), peer->incoming.size());
        std::copy_n(peer->incoming.begin(), size, buffer.begin());
        peer->incoming.erase(0, size);
        co_return size;
      }
      if (peer->eof) co_return std::size_t{0};
      peer->readable.reset();
      co_await peer->readable.wait();
    }
  }
  runtime::Task<Result<void>> write(Bytes data) override {
    const std::shared_ptr<FakePeer> peer = peer_;
    co_await peer->writable.wait();
    if (peer->closed) co_return fail(ErrorCode::closed, "closed");
    if (peer->write_timeout) co_return fail(ErrorCode::timeout, "timeout");
    peer->outgoing += as_text(data);
    co_return Result<void>();
  }
  runtime::Task<Result<void>> finish() override {
    peer_->finished = true;
    co_return Result<void>();
  }
  void unread(Bytes data) override { peer_->incoming.insert(0, as_text(data)); }
  void set_read_deadline(std::optional<Instant> deadline) override {
    peer_->read_deadline = deadline;
  }
  void set_write_deadline(std::optional<Instant> deadline) override {
    peer_->write_deadline = deadline;
  }
  void close() override {
    peer_->closed = true;
    peer_->readable.set();
    peer_->writable.set();
  }
  runtime::Loop& loop() const override { return loop_; }
  const SocketAddress& local() const override { return local_; }
  const SocketAddress& remote() const override { return remote_; }
  bool secure() const override { return secure_; }

 private:
  runtime::Loop& loop_;
  std::shared_ptr<FakePeer> peer_;
  SocketAddress local_, remote_;
  bool secure_;
};

// Lets everything that can run on the loop run: a few whole turns.
inline void turn(runtime::Loop& loop, int turns = 12) {
  for (int i = 0; i < turns; ++i) {
    loop.post([&loop] { loop.stop(); });
    loop.run();
  }
}

}  // namespace portico::io::http
