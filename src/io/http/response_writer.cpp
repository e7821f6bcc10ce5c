#include "io/http/response_writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace portico::io::http {
namespace {

bool printable(std::string_view value) {
  return std::ranges::all_of(
      value, [](char c) { return static_cast<unsigned char>(c) >= 0x20 ? c != 0x7f : c == '\t'; });
}

// Written by this file alone.
bool ours(std::string_view name) {
  return equal_ignoring_case(name, "Content-Length") || equal_ignoring_case(name, "Date") ||
         equal_ignoring_case(name, "Transfer-Encoding");
}

}  // namespace

std::string http_date(WallTime time) {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = time.unix_seconds();
  std::tm tm{};
  gmtime_r(&seconds, &tm);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     kDays[static_cast<std::size_t>(tm.tm_wday)], tm.tm_mday,
                     kMonths[static_cast<std::size_t>(tm.tm_mon)], tm.tm_year + 1900, tm.tm_hour,
                     tm.tm_min, tm.tm_sec);
}

std::string response_head(const Response& response, bool http_1_0, Ending ending, WallTime now) {
  std::string out;
  out.reserve(1024);
  out += fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  for (const auto& [name, value] : response.headers) {
    if (ours(name) || !printable(name) || !printable(value)) continue;
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
  out += "Date: " + http_date(now) + "\r\n";
  if (!bodyless(response.status)) {
    out += fmt::format("Content-Length: {}\r\n", body_of(response).size());
  }
  if (ending == Ending::close) out += "Connection: close\r\n";
  if (ending == Ending::keep_alive && http_1_0) out += "Connection: keep-alive\r\n";
  out += "\r\n";
  return out;
}

}  // namespace portico::io::http
