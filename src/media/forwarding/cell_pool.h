#pragma once
// Fixed cells for decrypted packets, one pool per worker. Memory comes in slabs of 64 cells and is
// kept for reuse; no per-packet malloc.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace portico::media::forwarding {

class CellPool {
 public:
  static constexpr std::size_t kCellSize = 1536;  // one Ethernet frame's worth

  // The bound of the worker's packet memory: 64Ki cells are 96 MiB, about 64 full video rings.
  explicit CellPool(std::size_t max_cells = 64 * 1024) : max_cells_(max_cells) {}

  // nullptr at the bound.
  std::uint8_t* acquire();
  void release(std::uint8_t* cell) { free_.push_back(cell); }

  std::size_t in_use() const { return slabs_.size() * kSlabCells - free_.size(); }

 private:
  static constexpr std::size_t kSlabCells = 64;
  std::size_t max_cells_;
  std::vector<std::unique_ptr<std::uint8_t[]>> slabs_;
  std::vector<std::uint8_t*> free_;
};

}  // namespace portico::media::forwarding
