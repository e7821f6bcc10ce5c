#include "bench/common/process_stats.h"

#include <time.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace portico::bench {

namespace {

std::filesystem::path process_directory(pid_t pid) {
  return std::filesystem::path("/proc") / std::to_string(pid);
}

}  // namespace

Duration run_time(pid_t pid) {
  std::int64_t total = 0;
  std::error_code error;
  for (const auto& task :
       std::filesystem::directory_iterator(process_directory(pid) / "task", error)) {
    std::int64_t nanoseconds = 0;
    std::ifstream(task.path() / "schedstat") >> nanoseconds;
    total += nanoseconds;
  }
  return Duration(total);
}

std::uint64_t resident_bytes(pid_t pid) {
  std::ifstream status(process_directory(pid) / "status");
  std::string word;
  while (status >> word) {
    if (word != "VmRSS:") continue;
    std::uint64_t kilobytes = 0;
    status >> kilobytes;
    return kilobytes * 1024;
  }
  return 0;
}

Instant monotonic_now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return Instant(std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec));
}

}  // namespace portico::bench
