#define SPDLOG_COMPILED_LIB
#define SPDLOG_FMT_EXTERNAL
#include "io/log/log_output.h"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <chrono>

namespace portico::io::log {

namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

WallTime now() {
  auto since = std::chrono::system_clock::now().time_since_epoch();
  return WallTime{std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

class Output final : public Logger {
 public:
  Output(const Options& options, bool json, bool colour, spdlog::sink_ptr sink)
      : level_(options.level),
        json_(json),
        colour_(colour),
        pool_(std::make_shared<spdlog::details::thread_pool>(options.queue_lines, 1)),
        logger_(std::make_shared<spdlog::async_logger>(
            "portico", std::move(sink), pool_, spdlog::async_overflow_policy::overrun_oldest)) {
    logger_->set_pattern("%v");
    logger_->set_level(spdlog::level::debug);
    logger_->flush_on(spdlog::level::debug);  // in the writing thread: a crash loses little
  }
  ~Output() override { report_lost(); }  // the pool's destructor writes what is queued

  bool enabled(LogLevel level) const override { return level >= level_; }
  void write(LogLevel level, std::string_view message, std::span<const LogField> fields) override {
    report_lost();
    emit(level, message, fields);
  }

 private:
  void emit(LogLevel level, std::string_view message, std::span<const LogField> fields) {
    std::string line = json_ ? json_line(now(), level, message, fields)
                             : console_line(now(), level, message, fields, colour_);
    logger_->log(to_spdlog(level), line);
  }
  void report_lost() {
    std::size_t lost = pool_->overrun_counter();
    std::size_t known = reported_.load(std::memory_order_relaxed);
    if (lost <= known || !reported_.compare_exchange_strong(known, lost)) return;
    LogField field{"lines", std::to_string(lost - known)};
    emit(LogLevel::warning, "log lines were dropped because the reader is too slow", {&field, 1});
  }

  const LogLevel level_;
  const bool json_;
  const bool colour_;
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
  std::atomic<std::size_t> reported_{0};
};

}  // namespace

Result<std::unique_ptr<Logger>> open(const Options& options) {
  bool terminal = options.file.empty() && ::isatty(STDERR_FILENO) == 1;
  bool json = options.format == Format::json || (options.format == Format::automatic && !terminal);
  try {
    spdlog::sink_ptr sink;
    if (options.file.empty()) {
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    } else {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file);
    }
    return std::make_unique<Output>(options, json, terminal, std::move(sink));
  } catch (const std::exception& error) {
    return fail(ErrorCode::io, std::string("cannot open the log: ") + error.what());
  }
}

}  // namespace portico::io::log
