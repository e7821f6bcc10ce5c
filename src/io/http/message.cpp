#include "io/http/message.h"

#include <fmt/core.h>

#include <algorithm>

#include "io/http/uri.h"

namespace portico::io::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view Headers::get(std::string_view name) const {
  for (const Field& field : fields_) {
    if (equal_ignoring_case(field.first, name)) return field.second;
  }
  return {};
}

bool Headers::has(std::string_view name) const {
  return std::ranges::any_of(
      fields_, [&](const Field& field) { return equal_ignoring_case(field.first, name); });
}

bool Headers::lists(std::string_view name, std::string_view token) const {
  for (const Field& field : fields_) {
    if (!equal_ignoring_case(field.first, name)) continue;
    std::string_view rest = field.second;
    while (true) {
      const std::size_t comma = rest.find(',');
      if (equal_ignoring_case(trim(rest.substr(0, comma)), token)) return true;
      if (comma == rest.npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return false;
}

void Headers::add(std::string_view name, std::string_view value) {
  fields_.emplace_back(name, value);
}

void Headers::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

void Headers::set_default(std::string_view name, std::string_view value) {
  if (!has(name)) add(name, value);
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_,
                [&](const Field& field) { return equal_ignoring_case(field.first, name); });
}

std::optional<std::string> Request::parameter(std::string_view name) const {
  return query_parameter(query, name);
}

std::string_view Request::bearer() const {
  const std::string_view value = headers.get("Authorization");
  constexpr std::string_view kScheme = "Bearer ";
  if (value.size() < kScheme.size() ||
      !equal_ignoring_case(value.substr(0, kScheme.size()), kScheme)) {
    return {};
  }
  return trim(value.substr(kScheme.size()));
}

bool Request::wants_websocket() const {
  return headers.lists("Upgrade", "websocket") && headers.lists("Connection", "upgrade");
}

IpAddress Request::client_address() const {
  const IpAddress peer = remote.ip.unmapped();
  if (!peer.is_loopback()) return peer;
  std::string_view forwarded = headers.get("X-Forwarded-For");
  if (const std::size_t comma = forwarded.rfind(','); comma != forwarded.npos) {
    forwarded.remove_prefix(comma + 1);
  }
  const auto parsed = IpAddress::parse(trim(forwarded));
  return parsed ? parsed->unmapped() : peer;
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        } else {
          out.push_back(c);
        }
    }
  }
  out.push_back('"');
  return out;
}

Response Response::text(unsigned status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  return response;
}

Response Response::json(unsigned status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "no-store");
  return response;
}

Response Response::error(unsigned status, std::string_view code, std::string_view message) {
  return json(status,
              fmt::format(R"({{"code":{},"msg":{}}})", json_string(code), json_string(message)));
}

Response Response::redirect(unsigned status, std::string_view location) {
  Response response = empty(status);
  response.headers.add("Location", location);
  return response;
}

Response Response::empty(unsigned status) {
  Response response;
  response.status = status;
  return response;
}

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

}  // namespace portico::io::http
