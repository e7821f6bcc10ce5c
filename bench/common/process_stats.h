#pragma once
// What the kernel knows about a process under test: run time of all its threads and resident
// memory.

#include <sys/types.h>

#include <cstdint>

#include "base/time.h"

namespace portico::bench {

// Sum of the scheduler's run time over the threads alive now (/proc/PID/task/*/schedstat, first
// field). Ticks are too coarse at a fifth of a core. Zero when the process does not exist.
Duration run_time(pid_t pid);

// VmRSS in bytes.
std::uint64_t resident_bytes(pid_t pid);

// CLOCK_MONOTONIC.
Instant monotonic_now();

}  // namespace portico::bench
