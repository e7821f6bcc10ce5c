// Invariant: what parses prints to a line that parses to the same candidate and prints the same
// again.

#include <cstdint>

#include "base/bytes.h"
#include "base/check.h"
#include "protocol/ice/candidate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portico;
  using namespace portico::protocol::ice;
  auto candidate = parse_candidate(as_text(Bytes(data, size)));
  if (!candidate) return 0;
  std::string line = to_string(*candidate);
  auto again = parse_candidate(line);
  PORTICO_CHECK(again.has_value() && *again == *candidate);
  PORTICO_CHECK(to_string(*again) == line);
  return 0;
}
