#include "bench/bridge/driver.h"
namespace portico::bench {
Result<std::unique_ptr<Driver>> make_janus_driver(const Bench&) {
  return fail(ErrorCode::unsupported, "janus");
}
}  // namespace portico::bench
