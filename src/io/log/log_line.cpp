#include <fmt/format.h>

#include <ctime>

#include "io/log/log_output.h"

namespace portico::io::log {

namespace {

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "info";
}

// Length of the valid UTF-8 sequence at the front (RFC 3629: no overlong forms, no surrogates, at
// most U+10FFFF); 0 if there is none.
std::size_t utf8_length(std::string_view text) {
  auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    bool sane = !(first == 0xE0 && byte(1) < 0xA0) && !(first == 0xED && byte(1) > 0x9F);
    return sane && tail(1) && tail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    bool sane = !(first == 0xF0 && byte(1) < 0x90) && !(first == 0xF4 && byte(1) > 0x8F);
    return sane && tail(1) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

void append_json(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    auto c = static_cast<unsigned char>(text[0]);
    std::size_t length = utf8_length(text);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += text[0];
    } else if (c == '\n') {
      out += "\\n";
    } else if (c < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", c);
    } else if (length == 0) {
      out += "\\ufffd";
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  out += '"';
}

// For people: nothing in a value can move the cursor or start a line of its own.
void append_plain(std::string& out, std::string_view text, bool quote_spaces) {
  bool plain = !text.empty();
  for (char c : text) {
    auto u = static_cast<unsigned char>(c);
    plain = plain && u >= 0x20 && u < 0x7f && c != '"' && c != '\\' &&
            !(quote_spaces && (c == ' ' || c == '='));
  }
  if (plain) {
    out += text;
  } else {
    append_json(out, text);
  }
}

std::tm utc(WallTime at) {
  std::time_t seconds = at.unix_seconds();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

}  // namespace

std::string json_line(WallTime at, LogLevel level, std::string_view message,
                      std::span<const LogField> fields) {
  std::tm t = utc(at);
  std::string out =
      fmt::format(R"({{"ts":"{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z","level":"{}","msg":)",
                  t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec,
                  at.unix_millis() % 1000, level_name(level));
  append_json(out, message);
  for (const LogField& field : fields) {
    out += ',';
    append_json(out, field.key);
    out += ':';
    append_json(out, field.value);
  }
  out += '}';
  return out;
}

std::string console_line(WallTime at, LogLevel level, std::string_view message,
                         std::span<const LogField> fields, bool colour) {
  std::tm t = utc(at);
  std::string_view paint = level == LogLevel::error     ? "\x1b[31m"
                           : level == LogLevel::warning ? "\x1b[33m"
                                                        : "\x1b[32m";
  if (level == LogLevel::debug) paint = "\x1b[2m";
  std::string out = fmt::format("{:02}:{:02}:{:02}.{:03} {}{:<7}{} ", t.tm_hour, t.tm_min, t.tm_sec,
                                at.unix_millis() % 1000, colour ? paint : "", level_name(level),
                                colour ? "\x1b[0m" : "");
  append_plain(out, message, false);
  for (const LogField& field : fields) {
    out += "  ";
    out += field.key;
    out += '=';
    append_plain(out, field.value, true);
  }
  return out;
}

Result<LogLevel> parse_level(std::string_view text) {
  if (text == "debug") return LogLevel::debug;
  if (text == "info") return LogLevel::info;
  if (text == "warning" || text == "warn") return LogLevel::warning;
  if (text == "error") return LogLevel::error;
  return fail(ErrorCode::invalid, "log level must be debug, info, warning or error");
}

}  // namespace portico::io::log
