#pragma once
// Which outgoing numbers belong to which incoming ones. A *run* is a stretch of one layer's
// sequence numbers that is forwarded with constant offsets; a layer switch, a dropped packet or a
// resume ends a run and begins the next. The last 128 runs are kept, so a late packet, even of a
// layer that was left meanwhile, still gets the number that was kept free for it. What lies between
// runs was removed.

#include <array>
#include <cstddef>
#include <cstdint>

namespace portico::media::forwarding {

struct Run {
  std::uint8_t layer = 0;
  std::uint8_t tl0_offset = 0;  // outgoing = incoming + offset, in each field's own arithmetic
  std::uint8_t key_idx_offset = 0;
  std::uint16_t picture_offset = 0;  // VP8 picture id
  std::uint16_t frame_offset = 0;    // dependency descriptor frame number
  std::uint32_t timestamp_offset = 0;
  std::int64_t first = 0;  // incoming, unwrapped, inclusive
  std::int64_t last = -1;  // < first: nothing yet
  std::int64_t sequence_offset = 0;
};

class SequenceMap {
 public:
  static constexpr std::size_t kRuns = 128;

  bool empty() const { return count_ == 0; }
  // The newest run; only when not empty.
  Run& current() { return runs_[(count_ - 1) % kRuns]; }
  const Run& current() const { return runs_[(count_ - 1) % kRuns]; }
  // A newest run that covers nothing yet is replaced.
  void push(const Run& run) {
    if (empty() || current().last >= current().first) ++count_;
    current() = run;
  }
  // The newest run that covers the incoming number; nullptr: removed, never seen, or forgotten.
  const Run* find(std::uint8_t layer, std::int64_t sequence) const {
    const std::size_t kept = count_ < kRuns ? count_ : kRuns;
    for (std::size_t i = 1; i <= kept; ++i) {
      const Run& run = runs_[(count_ - i) % kRuns];
      if (run.layer == layer && sequence >= run.first && sequence <= run.last) return &run;
    }
    return nullptr;
  }

  // The layer's numbers mean something else from now on: its source was replaced.
  void forget_layer(std::uint8_t layer) {
    for (Run& run : runs_) {
      if (run.layer == layer) run.layer = kForgotten;
    }
  }

 private:
  static constexpr std::uint8_t kForgotten = 255;
  std::array<Run, kRuns> runs_;
  std::size_t count_ = 0;  // ever pushed
};

}  // namespace portico::media::forwarding
