// Spelling: durations, quotes, names of variables, and what somebody probably meant.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "app/config_table.h"

namespace portico::app {
namespace {

constexpr std::int64_t kMaxSeconds = 10LL * 365 * 24 * 3600;

struct Unit {
  char letter;
  std::int64_t seconds;
};
constexpr Unit kUnits[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};

// Insertions, deletions and replacements that turn `a` into `b`; neighbours that changed places
// count as one.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      const std::size_t replace = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string environment_name(std::string_view key) {
  std::string out = "PORTICO_";
  for (const char c : key) {
    out.push_back(c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c));
  }
  return out;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> known) {
  if (name.size() > 64) return "";
  const std::string_view last = name.substr(name.rfind('.') + 1);
  std::string best;
  std::size_t least = std::max<std::size_t>(1, last.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::string_view other = std::string_view(candidate).substr(candidate.rfind('.') + 1);
    // The right key in the wrong section is the likeliest slip of all.
    const std::size_t d = last == other ? 0 : distance(name, candidate);
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return best;
}

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out.push_back(c);
    }
  }
  return out + "\"";
}

Result<Duration> parse_duration(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  std::int64_t factor = rest == end ? 1 : 0;
  for (const Unit& unit : kUnits) {
    if (end - rest == 1 && *rest == unit.letter) factor = unit.seconds;
  }
  if (error != std::errc() || factor == 0 || number < 0 || number > kMaxSeconds / factor) {
    return fail(ErrorCode::invalid, R"(must be a duration such as "90s", "5m", "2h" or "7d")");
  }
  return Duration(std::chrono::seconds(number * factor));
}

std::string duration_text(Duration duration) {
  const std::int64_t seconds = duration / 1s;
  for (const Unit& unit : kUnits) {
    if (seconds != 0 && seconds % unit.seconds == 0)
      return fmt::format("{}{}", seconds / unit.seconds, unit.letter);
  }
  return fmt::format("{}s", seconds);
}

}  // namespace portico::app
