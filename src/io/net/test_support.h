#pragma once
// For the tests of io/net and the folders above: addresses, a directory that goes away, running a
// loop until something is so.

#include <cstdlib>
#include <filesystem>
#include <string>

#include "io/net/socket.h"
#include "io/net/stream.h"
#include "io/runtime/system.h"
#include "io/runtime/timer.h"

namespace portico::io::net {

inline SocketAddress loopback(std::uint16_t port = 0) {
  return {IpAddress::v4(127, 0, 0, 1), port};
}

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = std::filesystem::temp_directory_path().string() + "/portico_XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Runs the loop until `done()`, looked at after every turn; false after `patience`.
template <class Done>
bool run_until(runtime::Loop& loop, Done done, Duration patience = 20s) {
  bool reached = false;
  runtime::Timer limit(loop, [&loop] { loop.stop(); });
  limit.arm_after(patience);
  runtime::TurnHook hook(loop, [&] {
    if (reached || !done()) return;
    reached = true;
    loop.stop();
  });
  loop.post([] {});  // at least one turn
  loop.run();
  return reached;
}

}  // namespace portico::io::net
