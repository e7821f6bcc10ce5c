#pragma once
// PORTICO_CHECK: for broken invariants of ours, never for input. Prints and aborts; a supervisor
// restarts the process.

#include <cstdio>
#include <cstdlib>

#define PORTICO_CHECK(condition)                                                             \
  do {                                                                                       \
    if (!(condition)) [[unlikely]] {                                                         \
      std::fprintf(stderr, "%s:%d: broken invariant: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)
