#pragma once
// Tokens of SDP values: separated by single blanks, numbers in decimal without sign.

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portico::codec::sdp {

// Cuts the text before the first `separator` (or all of it) off `rest`, separator included.
inline std::string_view next_token(std::string_view& rest, char separator = ' ') {
  const std::size_t end = rest.find(separator);
  const std::string_view token = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return token;
}

// Non-empty tokens.
std::vector<std::string_view> split(std::string_view text, char separator = ' ');

// Digits only; nullopt for anything else or for more than `max`.
template <class T>
std::optional<T> number(std::string_view text, T max) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value > max) {
    return std::nullopt;
  }
  return value;
}

// ASCII only, as tokens of SDP are.
std::string lower_case(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace portico::codec::sdp
