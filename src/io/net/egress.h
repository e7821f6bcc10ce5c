#pragma once
// Where a worker's packets leave. Engines reserve() and commit() during a turn; flush(), called
// from a TurnHook, groups what was queued by path, joins runs of equal size into UDP GSO sends and
// hands everything to the kernel with one sendmmsg.
//
// Bounds: two arenas of `arena_bytes` per socket. A full arena is flushed at once, in the middle of
// the turn. While the kernel says EAGAIN the first waits and the second fills; when that is full as
// well, reserve() gives an empty span and the packet is dropped and counted. Order within a path is
// kept.

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/packet_sink.h"
#include "io/net/udp_socket.h"

struct mmsghdr;

namespace portico::io::net {

class FlowTable;

class EgressBatch final : public PacketSink {
 public:
  struct Counters {
    std::uint64_t packets = 0;  // handed to the kernel
    std::uint64_t bytes = 0;
    std::uint64_t messages = 0;  // sendmmsg entries; packets / messages is the GSO gain
    std::uint64_t system_calls = 0;
    std::uint64_t dropped_full = 0;  // arena full
    std::uint64_t dropped_error =
        0;  // the kernel refused the packet (unreachable, too big, no route ...)
    std::uint64_t blocked = 0;  // times the kernel said EAGAIN
  };
  struct Options {
    std::size_t arena_bytes = 4 << 20;
    bool segmentation_offload =
        true;  // switched off by itself where the kernel or the device cannot
    // Stands in for sendmmsg(2) in tests: same arguments, result and errno. Empty: the kernel.
    std::function<int(int socket, mmsghdr* messages, unsigned count)> send;
  };

  explicit EgressBatch(UdpSocket& socket) : EgressBatch(socket, Options()) {}
  EgressBatch(UdpSocket& socket, Options options);
  ~EgressBatch() override;

  MutableBytes reserve(const Path& path, std::size_t max_size) override;
  void commit(std::size_t size) override;
  // Sends what is queued, as far as the kernel takes it; the rest follows by itself when the socket
  // is writable again.
  void flush();
  bool idle() const;

  const Counters& counters() const { return counters_; }
  const UdpSocket& socket() const { return socket_; }
  bool segmentation_offload() const { return offload_; }

 private:
  class Arena;
  class Messages;
  void send_pending();
  void account(std::size_t sent);
  void recover(int error);
  int send_some(mmsghdr* messages, std::size_t count);

  UdpSocket& socket_;
  bool offload_;
  decltype(Options::send) send_;
  bool waiting_ = false;  // for the socket to be writable
  std::unique_ptr<Arena> filling_;
  std::unique_ptr<Arena> spare_;
  std::unique_ptr<Messages> pending_;
  Counters counters_;
};

// Routes packets by their path: UDP to the socket whose port and family is path.local's, TCP to the
// flows. Owns none of them.
class EgressRouter final : public PacketSink {
 public:
  void add(EgressBatch& batch) { batches_.push_back(&batch); }
  void set_tcp(FlowTable& flows) { tcp_ = &flows; }

  // An unknown local port goes to the first socket of the family.
  MutableBytes reserve(const Path& path, std::size_t max_size) override;
  void commit(std::size_t size) override;
  // Flushes the UDP batches and the flows. Call it from the last TurnHook of the worker.
  void flush();

 private:
  PacketSink* route(const Path& path) const;
  std::vector<EgressBatch*> batches_;
  FlowTable* tcp_ = nullptr;
  PacketSink* current_ = nullptr;
};

}  // namespace portico::io::net
