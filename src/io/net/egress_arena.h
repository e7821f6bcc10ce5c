#pragma once
// The two halves of an EgressBatch: the arena in which a turn's packets pile up, grouped by path,
// and the messages made of it for sendmmsg. Internal to io/net.

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/path.h"
#include "io/net/egress.h"

namespace portico::io::net {

class EgressBatch::Arena {
 public:
  struct Packet {
    std::uint32_t offset;
    std::uint32_t size;
    std::uint32_t next;  // of the same group; kNone ends
  };
  struct Group {
    Path path;
    std::uint32_t first;
    std::uint32_t last;
    std::uint32_t slot;  // in table_, for clearing
  };
  static constexpr std::uint32_t kNone = 0xffff'ffff;

  explicit Arena(std::size_t bytes);
  MutableBytes reserve(const Path& path, std::size_t max_size);
  void commit(std::size_t size);
  void clear();

  bool empty() const { return packets_.empty(); }
  const std::vector<Packet>& packets() const { return packets_; }
  const std::vector<Group>& groups() const { return groups_; }
  std::uint8_t* data(const Packet& packet) { return bytes_.get() + packet.offset; }

 private:
  Group& group_of(const Path& path);
  void grow_table();

  std::size_t capacity_;
  std::unique_ptr<std::uint8_t[]>
      bytes_;  // not initialised: pages that are never used cost nothing
  std::size_t used_ = 0;
  std::size_t max_packets_;
  Path reserved_path_;
  std::size_t reserved_ = 0;
  std::vector<Packet> packets_;
  std::vector<Group> groups_;
  std::vector<std::uint32_t> table_;  // open addressing: index into groups_ + 1; 0 is free
  std::size_t last_group_ = 0;
};

class EgressBatch::Messages {
 public:
  // Builds one message per run of equal-sized packets to one path (the last packet of a run may be
  // shorter), or one per packet.
  void build(Arena& arena, bool offload, bool name_source);
  void clear();

  bool done() const { return next_ == headers_.size(); }
  mmsghdr* next() { return headers_.data() + next_; }
  std::size_t left() const { return headers_.size() - next_; }
  void advance(std::size_t count) { next_ += count; }

 private:
  struct Control {
    alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(in6_pktinfo)) +
                                                  CMSG_SPACE(sizeof(std::uint16_t))> bytes;
  };
  void add_message(const Path& path, std::size_t name, std::size_t first_vector,
                   std::size_t vectors, bool name_source);

  std::vector<mmsghdr> headers_;
  std::vector<iovec> vectors_;
  std::vector<sockaddr_in6> names_;  // one per group; IPv4 uses the front
  std::vector<Control> controls_;    // one per message
  std::size_t next_ = 0;
};

}  // namespace portico::io::net
