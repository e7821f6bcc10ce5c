#include "media/forwarding/cell_pool.h"

namespace portico::media::forwarding {

std::uint8_t* CellPool::acquire() {
  if (free_.empty()) {
    if ((slabs_.size() + 1) * kSlabCells > max_cells_) return nullptr;
    // Not value-initialised: a cell is written before it is read.
    slabs_.push_back(std::unique_ptr<std::uint8_t[]>(new std::uint8_t[kSlabCells * kCellSize]));
    for (std::size_t i = kSlabCells; i-- > 0;) free_.push_back(slabs_.back().get() + i * kCellSize);
  }
  std::uint8_t* cell = free_.back();
  free_.pop_back();
  return cell;
}

}  // namespace portico::media::forwarding
