#pragma once
// The Logger that writes: JSON lines for machines, a short coloured form for people. Lines are
// written by a thread of its own from a bounded queue; when the reader is too slow the oldest
// waiting lines are dropped and counted, the caller never blocks.

#include <functional>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"

namespace portico::io::log {

enum class Format {
  automatic,  // console when standard error is a terminal, JSON otherwise
  json,       // {"ts":"2026-01-02T03:04:05.678Z","level":"info","msg":"...","room":"demo"}
  console,    // 03:04:05.678 info  message  room=demo
};

struct Options {
  Format format = Format::automatic;
  LogLevel level = LogLevel::info;
  std::string file;  // appended to; empty: standard error
  std::size_t queue_lines = 8192;
};

// The logger flushes when destroyed. Errors: io (the file cannot be opened).
Result<std::unique_ptr<Logger>> open(const Options& options);

// "debug", "info", "warning" (or "warn"), "error".
Result<LogLevel> parse_level(std::string_view text);

// The line without its newline; pure. Any bytes are allowed in values: control characters and
// invalid UTF-8 are escaped.
std::string json_line(WallTime at, LogLevel level, std::string_view message,
                      std::span<const LogField> fields);
std::string console_line(WallTime at, LogLevel level, std::string_view message,
                         std::span<const LogField> fields, bool colour);

}  // namespace portico::io::log
