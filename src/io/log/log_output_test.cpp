#include "io/log/log_output.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <string>
#include <thread>

namespace portico::io::log {
namespace {

const WallTime kAt{1'767'323'045'678'000};  // 2026-01-02T03:04:05.678Z

TEST(LogLine, JsonIsEscaped) {
  std::array<LogField, 2> fields{LogField{"room", "a\"b\\c\n\x01"},
                                 LogField{"who", "J\xc3\xbcrgen \xff"}};
  EXPECT_EQ(
      json_line(kAt, LogLevel::info, "joined", fields),
      R"({"ts":"2026-01-02T03:04:05.678Z","level":"info","msg":"joined","room":"a\"b\\c\n\u0001","who":"Jürgen \ufffd"})");
}

TEST(LogLine, InvalidUtf8IsReplaced) {
  for (std::string_view bad :
       {"\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\x80"}) {
    std::string line = json_line(kAt, LogLevel::info, bad, {});
    EXPECT_NE(line.find("\\ufffd"), std::string::npos);
    for (char c : line) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
  }
  EXPECT_NE(json_line(kAt, LogLevel::info, "\xf0\x9f\x98\x80", {}).find("\xf0\x9f\x98\x80"),
            std::string::npos);
}

TEST(LogLine, ConsoleKeepsControlCharactersOut) {
  std::array<LogField, 3> fields{LogField{"room", "demo"}, LogField{"name", "two words"},
                                 LogField{"evil", "\x1b[2Jx"}};
  EXPECT_EQ(console_line(kAt, LogLevel::warning, "slow down", fields, false),
            R"(03:04:05.678 warning slow down  room=demo  name="two words"  evil="\u001b[2Jx")");
  EXPECT_NE(console_line(kAt, LogLevel::error, "x", {}, true).find("\x1b[31merror"),
            std::string::npos);
}

TEST(LogLevel, Parses) {
  EXPECT_EQ(parse_level("warn").value(), LogLevel::warning);
  EXPECT_FALSE(parse_level("loud"));
}

TEST(LogOutput, WritesEveryLineOfManyThreadsAndRespectsTheLevel) {
  std::string path = testing::TempDir() + "portico_log_" + std::to_string(getpid());
  Options options;
  options.format = Format::json;
  options.file = path;
  options.queue_lines = 8192;
  {
    Result<std::unique_ptr<Logger>> logger = open(options);
    ASSERT_TRUE(logger);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&log = **logger, t] {
        for (int i = 0; i < 200; ++i)
          log.info("line", {{"thread", std::to_string(t)}, {"number", std::to_string(i)}});
      });
    }
    for (std::thread& thread : threads) thread.join();
    (*logger)->debug("hidden");
    EXPECT_FALSE((*logger)->enabled(LogLevel::debug));
  }
  std::ifstream file(path);
  std::string line;
  int lines = 0;
  while (std::getline(file, line)) {
    ++lines;
    EXPECT_EQ(line.front(), '{');
    EXPECT_EQ(line.back(), '}');
    EXPECT_EQ(line.find("hidden"), std::string::npos);
  }
  EXPECT_EQ(lines, 800);
  unlink(path.c_str());
}

TEST(LogOutput, SaysWhenTheFileCannotBeOpened) {
  Options options;
  options.file = "/proc/nowhere/log";
  Result<std::unique_ptr<Logger>> logger = open(options);
  ASSERT_FALSE(logger);
  EXPECT_EQ(logger.error().code, ErrorCode::io);
}

}  // namespace
}  // namespace portico::io::log
