#pragma once
// ICE-TCP on a worker: packets over TCP connections, each framed as RFC 4571 says. FlowTable owns
// the connections of one worker and gives each a number, which is Path::flow; it is the PacketSink
// for all of them.
//
// A TCP path that does not keep up must not make media late for ever: a queued RTP or RTCP packet
// older than `max_age` is dropped (STUN and DTLS are kept), and a queue of `queue_bytes` refuses
// more.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/packet_sink.h"
#include "base/path.h"
#include "base/result.h"
#include "io/net/stream.h"
#include "io/runtime/fd.h"
#include "io/runtime/loop.h"

namespace portico::io::net {

class FramedConnection;

// An accepted connection on its way to a worker's loop: may be moved between threads.
struct FramedSocket {
  runtime::UniqueFd socket;
  Endpoints endpoints;
  ByteVector received;  // everything read so far, from the first length field on
  std::shared_ptr<void>
      guard;  // given back when the connection ends; releasing it is safe on any thread
};

class FlowTable final : public PacketSink {
 public:
  struct Limits {
    std::size_t connections = 4096;
    std::size_t queue_bytes = 256 << 10;  // a connection's unsent bytes
    Duration max_age = 400ms;             // media older than this is dropped unsent
  };
  struct Counters {
    std::uint64_t packets_in = 0, packets_out = 0;
    std::uint64_t dropped_late = 0, dropped_full = 0;
    std::uint64_t refused = 0;  // connections over the limit
  };
  using Receive = std::function<void(const Path&, MutableBytes)>;
  using Closed = std::function<void(std::uint64_t flow)>;

  // On the worker's loop. `receive` gets each packet; `closed` is told when the peer has gone.
  // Neither may destroy the table; close() is allowed in both.
  FlowTable(runtime::Loop& loop, Receive receive, Closed closed)
      : FlowTable(loop, std::move(receive), std::move(closed), Limits()) {}
  FlowTable(runtime::Loop& loop, Receive receive, Closed closed, Limits limits);
  ~FlowTable() override;

  // Takes a connection and gives its number (never 0, never used again). Packets already in
  // `received` are delivered soon after the call has returned. Errors: limit, io.
  Result<std::uint64_t> add(FramedSocket socket);
  // Closes in this turn; `closed` is not called.
  void close(std::uint64_t flow);
  std::size_t size() const { return flows_.size(); }
  std::optional<Path> path(std::uint64_t flow) const;

  MutableBytes reserve(const Path& path, std::size_t max_size) override;
  void commit(std::size_t size) override;

  // Hands what was committed to the kernel; also happens by itself at the end of the turn in which
  // the table was used.
  void flush();

  const Counters& counters() const { return counters_; }

 private:
  friend class FramedConnection;
  void end_turn();
  void start_fresh();
  void peer_gone(std::uint64_t flow);
  FramedConnection* find(std::uint64_t flow) const;

  runtime::Loop& loop_;
  Receive receive_;
  Closed closed_;
  Limits limits_;
  Counters counters_;
  std::uint64_t next_flow_ = 1;
  std::unordered_map<std::uint64_t, std::unique_ptr<FramedConnection>> flows_;
  std::vector<std::pair<std::uint64_t, ByteVector>>
      fresh_;  // added, but what they brought along is not delivered yet
  std::shared_ptr<bool> alive_ =
      std::make_shared<bool>();       // lets a posted call find out that the table is gone
  std::vector<std::uint64_t> dirty_;  // with packets to send at the end of the turn
  std::vector<std::unique_ptr<FramedConnection>> buried_;  // destroyed at the end of the turn
  FramedConnection* reserved_for_ = nullptr;
  ByteVector frame_;  // the one being written by the caller of reserve()
  runtime::TurnHook turn_end_;
};

}  // namespace portico::io::net
