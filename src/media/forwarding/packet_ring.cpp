#include "media/forwarding/packet_ring.h"

#include <algorithm>
#include <utility>

namespace portico::media::forwarding {

PacketRing::~PacketRing() {
  for (StoredPacket& packet : slots_) {
    if (packet.cell != nullptr) pool_.release(packet.cell);
  }
}

PacketRing::Place PacketRing::place(std::uint16_t number, std::int64_t& sequence) {
  if (highest_ < 0) {
    sequence = 0x10000 + static_cast<std::int64_t>(
                             number);  // leaves room below for packets that the first one overtook
    return Place::free;
  }
  const auto ahead = static_cast<std::uint16_t>(number - static_cast<std::uint16_t>(highest_));
  const std::int64_t delta = static_cast<std::int16_t>(ahead);
  sequence = highest_ + delta;
  if (delta > kMaxJump || delta < -kMaxJump) {
    if (suspect_ == static_cast<std::int32_t>(number)) {
      suspect_ = -1;
      sequence = highest_ + ahead;
      return Place::restart;
    }
    suspect_ = static_cast<std::uint16_t>(number + 1);
    return Place::late;
  }
  suspect_ = -1;
  if (delta <= -static_cast<std::int64_t>(slots_.size())) return Place::late;
  return slots_[slot(sequence)].sequence == sequence ? Place::duplicate : Place::free;
}

bool PacketRing::near(std::uint16_t number) const {
  const int delta = static_cast<std::int16_t>(
      static_cast<std::uint16_t>(number - static_cast<std::uint16_t>(highest_)));
  const int reach = static_cast<int>(slots_.size());
  return highest_ >= 0 && delta > -reach && delta < reach;
}

StoredPacket* PacketRing::insert(std::int64_t sequence) {
  StoredPacket& packet = slots_[slot(sequence)];
  std::uint8_t* cell = packet.cell != nullptr ? packet.cell : acquire();
  highest_ = std::max(highest_, sequence);
  if (cell == nullptr) return nullptr;
  packet = StoredPacket();
  packet.cell = cell;
  packet.sequence = sequence;
  return &packet;
}

std::uint8_t* PacketRing::acquire() {
  if (std::uint8_t* cell = pool_.acquire()) return cell;
  // Numbers below the window are gone already; each step moves on for good, so the search costs one
  // step a packet in the long run.
  reclaim_ = std::max(reclaim_, highest_ - static_cast<std::int64_t>(slots_.size()) + 1);
  for (; reclaim_ <= highest_; ++reclaim_) {
    StoredPacket& oldest = slots_[slot(reclaim_)];
    if (oldest.cell == nullptr) continue;
    oldest.sequence = -1;
    return std::exchange(oldest.cell, nullptr);
  }
  return nullptr;
}

StoredPacket* PacketRing::find(std::int64_t sequence) {
  if (sequence < 0) return nullptr;
  StoredPacket& packet = slots_[slot(sequence)];
  return packet.sequence == sequence ? &packet : nullptr;
}

}  // namespace portico::media::forwarding
