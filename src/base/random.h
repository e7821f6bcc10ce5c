#pragma once
// Randomness is passed in, so that state machines are deterministic under test.

#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace portico {

class Random {
 public:
  virtual ~Random() = default;
  // Fills the whole span. The production source (io/runtime) is cryptographically strong.
  virtual void fill(MutableBytes out) = 0;

  std::uint32_t u32();
  std::uint64_t u64();
  // Uniform in [0, bound); bound > 0.
  std::uint32_t below(std::uint32_t bound);
  // `length` characters of `alphabet`.
  std::string text(std::size_t length, std::string_view alphabet);
};

// Deterministic and fast; for tests and simulations only.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(MutableBytes out) override;

 private:
  std::uint64_t state_;
};

}  // namespace portico
