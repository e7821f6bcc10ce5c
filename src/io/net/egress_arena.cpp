#include "io/net/egress_arena.h"

#include <netinet/udp.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "io/net/sockaddr.h"

namespace portico::io::net {

namespace {

// The kernel's UDP_MAX_SEGMENTS, and what one UDP datagram can carry over either family.
constexpr std::size_t kMaxSegments = 64;
constexpr std::size_t kMaxMessageBytes = 65487;
constexpr std::size_t kSmallestTable = 1024;

template <class T>
cmsghdr* add_control(msghdr& message, std::size_t& used, int level, int type, const T& value) {
  auto* header = reinterpret_cast<cmsghdr*>(static_cast<std::uint8_t*>(message.msg_control) + used);
  header->cmsg_level = level;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(header), &value, sizeof value);
  used += CMSG_SPACE(sizeof value);
  return header;
}

void add_source(msghdr& message, std::size_t& used, const IpAddress& source) {
  if (source.is_v4()) {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, source.bytes.data(), 4);
    add_control(message, used, IPPROTO_IP, IP_PKTINFO, info);
  } else {
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, source.bytes.data(), 16);
    add_control(message, used, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
}

}  // namespace

EgressBatch::Arena::Arena(std::size_t bytes)
    : capacity_(bytes),
      bytes_(std::make_unique_for_overwrite<std::uint8_t[]>(bytes)),
      max_packets_(bytes / 64 + 1),
      table_(kSmallestTable) {
  PORTICO_CHECK(bytes < kNone);
}

MutableBytes EgressBatch::Arena::reserve(const Path& path, std::size_t max_size) {
  reserved_ = 0;
  if (capacity_ - used_ < max_size || packets_.size() >= max_packets_) return {};
  reserved_path_ = path;
  reserved_ = max_size;
  return {bytes_.get() + used_, max_size};
}

void EgressBatch::Arena::commit(std::size_t size) {
  PORTICO_CHECK(size <= reserved_);
  reserved_ = 0;
  if (size == 0) return;
  auto index = static_cast<std::uint32_t>(packets_.size());
  packets_.push_back({static_cast<std::uint32_t>(used_), static_cast<std::uint32_t>(size), kNone});
  used_ += size;
  Group& group = group_of(reserved_path_);
  if (group.first == kNone) {
    group.first = index;
  } else {
    packets_[group.last].next = index;
  }
  group.last = index;
}

EgressBatch::Arena::Group& EgressBatch::Arena::group_of(const Path& path) {
  if (last_group_ < groups_.size() && groups_[last_group_].path == path)
    return groups_[last_group_];
  std::size_t mask = table_.size() - 1;
  std::size_t slot = std::hash<Path>{}(path)&mask;
  while (table_[slot] != 0) {
    std::size_t found = table_[slot] - 1;
    if (groups_[found].path == path) {
      last_group_ = found;
      return groups_[found];
    }
    slot = (slot + 1) & mask;
  }
  groups_.push_back({path, kNone, kNone, static_cast<std::uint32_t>(slot)});
  last_group_ = groups_.size() - 1;
  table_[slot] = static_cast<std::uint32_t>(groups_.size());
  if (groups_.size() * 2 > table_.size()) grow_table();
  return groups_[last_group_];
}

void EgressBatch::Arena::grow_table() {
  table_.assign(table_.size() * 2, 0);
  std::size_t mask = table_.size() - 1;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    std::size_t slot = std::hash<Path>{}(groups_[i].path) & mask;
    while (table_[slot] != 0) slot = (slot + 1) & mask;
    table_[slot] = static_cast<std::uint32_t>(i + 1);
    groups_[i].slot = static_cast<std::uint32_t>(slot);
  }
}

void EgressBatch::Arena::clear() {
  for (const Group& group : groups_) table_[group.slot] = 0;
  groups_.clear();
  packets_.clear();
  used_ = 0;
  last_group_ = 0;
}

void EgressBatch::Messages::build(Arena& arena, bool offload, bool name_source) {
  clear();
  // The kernel gets pointers into these, so they must not move while messages are added.
  vectors_.reserve(arena.packets().size());
  names_.reserve(arena.groups().size());
  controls_.reserve(arena.packets().size());
  for (const Arena::Group& group : arena.groups()) {
    KernelAddress address = to_kernel(group.path.remote);
    sockaddr_in6 name{};
    std::memcpy(&name, &address.storage, address.size);
    names_.push_back(name);
    for (std::uint32_t i = group.first; i != Arena::kNone;) {
      std::size_t first = vectors_.size();
      std::size_t segment = arena.packets()[i].size;
      std::size_t total = 0;
      bool open = true;
      while (open && i != Arena::kNone) {
        const Arena::Packet& packet = arena.packets()[i];
        bool fits = packet.size <= segment && total + packet.size <= kMaxMessageBytes;
        if (vectors_.size() > first &&
            (!offload || !fits || vectors_.size() - first == kMaxSegments))
          break;
        vectors_.push_back({arena.data(packet), packet.size});
        total += packet.size;
        open = packet.size == segment;
        i = packet.next;
      }
      add_message(group.path, names_.size() - 1, first, vectors_.size() - first, name_source);
    }
  }
}

void EgressBatch::Messages::add_message(const Path& path, std::size_t name,
                                        std::size_t first_vector, std::size_t vectors,
                                        bool name_source) {
  mmsghdr header{};
  msghdr& message = header.msg_hdr;
  message.msg_name = &names_[name];
  message.msg_namelen = path.remote.ip.is_v4() ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  message.msg_iov = &vectors_[first_vector];
  message.msg_iovlen = vectors;
  controls_.emplace_back();
  message.msg_control = controls_.back().bytes.data();
  std::size_t used = 0;
  // The segment size comes last: EgressBatch::recover() cuts it off.
  if (name_source && !path.local.ip.is_unspecified() &&
      path.local.ip.family == path.remote.ip.family)
    add_source(message, used, path.local.ip);
  if (vectors > 1)
    add_control(message, used, SOL_UDP, UDP_SEGMENT,
                static_cast<std::uint16_t>(message.msg_iov->iov_len));
  message.msg_controllen = used;
  if (used == 0) message.msg_control = nullptr;
  headers_.push_back(header);
}

void EgressBatch::Messages::clear() {
  headers_.clear();
  vectors_.clear();
  names_.clear();
  controls_.clear();
  next_ = 0;
}

}  // namespace portico::io::net
