#include "codec/sdp/text.h"

#include <algorithm>

namespace portico::codec::sdp {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> tokens;
  while (!text.empty()) {
    const std::string_view token = next_token(text, separator);
    if (!token.empty()) tokens.push_back(token);
  }
  return tokens;
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace portico::codec::sdp
