#include <cstdlib>

#include "base/bytes.h"
#include "codec/json/fields.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portico;
  auto fields = codec::json::Fields::parse(as_text({data, size}));
  if (!fields) return 0;
  // Text that was read can be written and read again.
  auto room = fields->text("room");
  if (!room) return 0;
  auto again = codec::json::Fields::parse(codec::json::ObjectWriter().text("room", *room).take());
  if (!again || *again->text("room") != *room) std::abort();
  return 0;
}
