#pragma once
// The last packets of one stream by unwrapped sequence number. Cells come from the pool when a slot
// is first used; at the pool's bound the ring moves on with the cells it has, giving up its oldest
// packet. Pointers stay valid until their slot is taken again.

#include <cstdint>
#include <vector>

#include "media/forwarding/cell_pool.h"
#include "media/forwarding/stored_packet.h"

namespace portico::media::forwarding {

class PacketRing {
 public:
  static constexpr std::size_t kVideoSlots = 1024;
  static constexpr std::size_t kAudioSlots = 256;

  // `slots` is a power of two.
  PacketRing(std::size_t slots, CellPool& pool) : slots_(slots), pool_(pool) {}
  ~PacketRing();
  PacketRing(const PacketRing&) = delete;
  PacketRing& operator=(const PacketRing&) = delete;

  enum class Place { free, restart, duplicate, late };

  // What would become of this 16-bit number? `sequence` is set to its unwrapped form. A jump of
  // more than kMaxJump in either direction is held back (late) until the next number follows it:
  // then the sender restarted (RFC 3550 A.1), and numbering goes on above all before. Free and
  // restart are followed by insert().
  Place place(std::uint16_t number, std::int64_t& sequence);
  // An empty slot for that number; nullptr when there is no memory. Ends the packet that was there.
  StoredPacket* insert(std::int64_t sequence);

  StoredPacket* find(std::int64_t sequence);
  // Within the ring's reach of the newest number? What came over RTX must be: it can't prove a
  // restart.
  bool near(std::uint16_t number) const;
  std::int64_t highest() const { return highest_; }  // -1: nothing yet
  std::size_t size() const { return slots_.size(); }

 private:
  static constexpr std::int64_t kMaxJump = 3000;
  std::size_t slot(std::int64_t sequence) const {
    return static_cast<std::size_t>(sequence) & (slots_.size() - 1);
  }
  std::uint8_t* acquire();

  std::vector<StoredPacket> slots_;
  CellPool& pool_;
  std::int64_t highest_ = -1;
  std::int64_t reclaim_ = 0;   // where the search for the oldest cell goes on
  std::int32_t suspect_ = -1;  // the 16-bit number that would confirm a restart
};

}  // namespace portico::media::forwarding
