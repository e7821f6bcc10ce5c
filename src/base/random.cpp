#include "base/random.h"

namespace portico {

std::uint32_t Random::u32() {
  std::uint8_t buffer[4];
  fill(buffer);
  return load32(buffer);
}

std::uint64_t Random::u64() {
  std::uint8_t buffer[8];
  fill(buffer);
  return load64(buffer);
}

std::uint32_t Random::below(std::uint32_t bound) {
  return static_cast<std::uint32_t>((static_cast<std::uint64_t>(u32()) * bound) >> 32);
}

std::string Random::text(std::size_t length, std::string_view alphabet) {
  std::string out(length, '\0');
  for (char& c : out) c = alphabet[below(static_cast<std::uint32_t>(alphabet.size()))];
  return out;
}

void SeededRandom::fill(MutableBytes out) {
  for (auto& byte : out) {  // splitmix64, one step a byte: speed is no concern here
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    byte = static_cast<std::uint8_t>(z ^ (z >> 31));
  }
}

}  // namespace portico
