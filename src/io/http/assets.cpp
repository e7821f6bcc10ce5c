#include "io/http/assets.h"

#include <fmt/core.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace portico::io::http {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 23> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".wasm", "application/wasm"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".webp", "image/webp"},
    {".avif", "image/avif"},
    {".gif", "image/gif"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".mp3", "audio/mpeg"},
    {".ogg", "audio/ogg"},
    {".mp4", "video/mp4"},
    {".webm", "video/webm"},
    {".txt", "text/plain; charset=utf-8"},
}};

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Does Accept-Encoding allow this coding (RFC 9110 section 12.5.3)? "gzip;q=0" forbids it.
bool accepts(std::string_view header, std::string_view coding) {
  while (!header.empty()) {
    const std::size_t comma = header.find(',');
    std::string_view entry = trim(header.substr(0, comma));
    std::string_view weight;
    if (const std::size_t semicolon = entry.find(';'); semicolon != entry.npos) {
      weight = trim(entry.substr(semicolon + 1));
      entry = trim(entry.substr(0, semicolon));
    }
    if (equal_ignoring_case(entry, coding)) {
      const bool zero =
          weight.starts_with("q=0") && weight.find_first_not_of("0.", 2) == std::string_view::npos;
      return !zero;
    }
    if (comma == header.npos) break;
    header.remove_prefix(comma + 1);
  }
  return false;
}

// If-None-Match: weak comparison, "*" or a list.
bool matches(std::string_view header, std::string_view etag) {
  while (!header.empty()) {
    const std::size_t comma = header.find(',');
    std::string_view entry = trim(header.substr(0, comma));
    if (entry.starts_with("W/")) entry.remove_prefix(2);
    if (entry == etag || entry == "*") return true;
    if (comma == header.npos) break;
    header.remove_prefix(comma + 1);
  }
  return false;
}

void choose_variant(const Asset& asset, const Request& request, Response& response) {
  const std::string_view accept = request.headers.get("Accept-Encoding");
  response.view = asset.identity;
  if (!asset.gzip.empty() || !asset.brotli.empty()) response.headers.add("Vary", "Accept-Encoding");
  if (!asset.brotli.empty() && accepts(accept, "br")) {
    response.view = asset.brotli;
    response.headers.add("Content-Encoding", "br");
  } else if (!asset.gzip.empty() && accepts(accept, "gzip")) {
    response.view = asset.gzip;
    response.headers.add("Content-Encoding", "gzip");
  }
}

}  // namespace

std::string_view mime_of(std::string_view path) {
  const std::string_view name = last_part(path);
  const std::size_t dot = name.rfind('.');
  if (dot != name.npos) {
    for (const auto& [extension, type] : kTypes) {
      if (equal_ignoring_case(name.substr(dot), extension)) return type;
    }
  }
  return "application/octet-stream";
}

bool has_hashed_name(std::string_view path) {
  constexpr std::size_t kHash = 8;
  const std::string_view name = last_part(path);
  const std::size_t dot = name.rfind('.');
  if (!path.starts_with("/assets/") || dot == name.npos || dot < kHash + 1) return false;
  const char before = name[dot - kHash - 1];
  return (before == '-' || before == '.') &&
         std::ranges::all_of(name.substr(dot - kHash, kHash), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '_' || c == '-';
         });
}

const Asset* find_asset(AssetTable table, std::string_view path) {
  const auto found = std::ranges::lower_bound(table, path, {}, &Asset::path);
  return found != table.end() && found->path == path ? &*found : nullptr;
}

std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit)) return std::nullopt;
  header = trim(header.substr(kUnit.size()));
  const std::size_t dash = header.find('-');
  // Several ranges: answering the whole is allowed (section 14.2), and costs no more.
  if (dash == header.npos || header.find(',') != header.npos) return std::nullopt;
  const std::string_view from = trim(header.substr(0, dash));
  const std::string_view to = trim(header.substr(dash + 1));
  const auto first = number(from);
  const auto last = number(to);
  if (from.empty()) {
    if (!last) return std::nullopt;
    if (*last == 0 || size == 0) return ByteRange{1, 0};
    return ByteRange{size - std::min(size, *last), size - 1};
  }
  if (!first || (!to.empty() && (!last || *last < *first))) return std::nullopt;
  if (*first >= size) return ByteRange{1, 0};
  return ByteRange{*first, to.empty() ? size - 1 : std::min(*last, size - 1)};
}

Response serve_asset(const Asset& asset, const Request& request) {
  Response response = Response::empty(200);
  response.quiet = true;
  response.headers.add("ETag", asset.etag);
  response.headers.add("Cache-Control",
                       asset.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (matches(request.headers.get("If-None-Match"), asset.etag)) {
    response.status = 304;
    return response;
  }
  response.headers.add("Content-Type", asset.mime);
  response.headers.add("Accept-Ranges", "bytes");
  // RFC 9110 section 13.1.5: a range of another version is of no use.
  const std::string_view condition = request.headers.get("If-Range");
  const auto range = condition.empty() || condition == asset.etag
                         ? parse_range(request.headers.get("Range"), asset.identity.size())
                         : std::nullopt;
  if (!range || request.method != "GET") {
    choose_variant(asset, request, response);
    return response;
  }
  if (range->first > range->last) {
    response = Response::error(416, "out_of_range", "the file is shorter than that");
    response.headers.add("Content-Range", fmt::format("bytes */{}", asset.identity.size()));
    return response;
  }
  response.status = 206;
  response.view = asset.identity.subspan(range->first, range->last - range->first + 1);
  response.headers.add("Content-Range", fmt::format("bytes {}-{}/{}", range->first, range->last,
                                                    asset.identity.size()));
  return response;
}

Handler asset_handler(AssetTable table) {
  return immediate([table](const Request& request) {
    const Asset* asset = find_asset(table, request.path);
    const bool page = last_part(request.path).find('.') == std::string::npos;
    if (asset == nullptr && page) asset = find_asset(table, "/index.html");
    if (asset == nullptr) return Response::error(404, "not_found", "there is no such file");
    return serve_asset(*asset, request);
  });
}

}  // namespace portico::io::http
