#pragma once
// The logging facade. Shells and services hold a Logger&; codecs, protocols and media engines do
// not log.

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace portico {

enum class LogLevel { debug, info, warning, error };

// One structured field: {"room", "demo"}.
struct LogField {
  std::string_view key;
  std::string value;
};

// Implementations are safe to call from any thread and never block on a slow reader for long.
class Logger {
 public:
  virtual ~Logger() = default;
  virtual bool enabled(LogLevel level) const = 0;
  virtual void write(LogLevel level, std::string_view message,
                     std::span<const LogField> fields) = 0;

  void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {}) {
    if (enabled(level)) write(level, message, {fields.begin(), fields.size()});
  }
  void debug(std::string_view m, std::initializer_list<LogField> f = {}) {
    log(LogLevel::debug, m, f);
  }
  void info(std::string_view m, std::initializer_list<LogField> f = {}) {
    log(LogLevel::info, m, f);
  }
  void warning(std::string_view m, std::initializer_list<LogField> f = {}) {
    log(LogLevel::warning, m, f);
  }
  void error(std::string_view m, std::initializer_list<LogField> f = {}) {
    log(LogLevel::error, m, f);
  }
};

}  // namespace portico
