#include "io/http/uri.h"

#include <algorithm>

namespace portico::io::http {
namespace {

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// "http://host/path" -> "/path"
std::string_view without_authority(std::string_view target) {
  const std::size_t scheme = target.find("://");
  if (scheme == target.npos || target.starts_with('/')) return target;
  const std::size_t path = target.find_first_of("/?", scheme + 3);
  return path == target.npos ? std::string_view("/") : target.substr(path);
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool form) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex(text[i + 1]);
      const int low = hex(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out.push_back(static_cast<char>(high << 4 | low));
      i += 2;
    } else {
      out.push_back(form && text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
  return out;
}

Result<Target> parse_target(std::string_view target) {
  if (target == "*") return Target{"*", ""};
  std::string_view rest = without_authority(target);
  Target out;
  if (const std::size_t fragment = rest.find('#'); fragment != rest.npos) {
    return fail(ErrorCode::invalid, "the request target holds a fragment");
  }
  if (const std::size_t question = rest.find('?'); question != rest.npos) {
    out.query = rest.substr(question + 1);
    rest = rest.substr(0, question);
  }
  if (rest.empty()) rest = "/";
  if (!rest.starts_with('/')) {
    return fail(ErrorCode::invalid, "the request target does not start with '/'");
  }
  const auto decoded = percent_decode(rest, false);
  if (!decoded) return fail(ErrorCode::invalid, "the request path holds a bad %-escape");
  for (const char c : *decoded) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      return fail(ErrorCode::invalid, "the request path holds a control character");
    }
    if (c == '/' && out.path.ends_with('/')) continue;
    out.path.push_back(c);
  }
  return out;
}

std::optional<std::string> query_parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = pair.find('=');
    const auto key = percent_decode(pair.substr(0, equals), true);
    if (key && *key == name) {
      return equals == pair.npos ? std::optional<std::string>("")
                                 : percent_decode(pair.substr(equals + 1), true);
    }
    if (end == query.npos) break;
    query.remove_prefix(end + 1);
  }
  return std::nullopt;
}

}  // namespace portico::io::http
