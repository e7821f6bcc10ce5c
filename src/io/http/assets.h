#pragma once
// The web app's files, from memory or from a directory. Compressed variants are made when the app
// is built, never on a request.
//
// Files with a hash in their name are immutable for a year; everything else is asked for again with
// If-None-Match. A path without a dot in its last part that is no file is a page of the single-page
// app and gets index.html.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "io/http/message.h"
#include "io/http/router.h"

namespace portico::io::http {

// One file. Views into memory that lives as long as the program, or as long as Response::owner.
struct Asset {
  std::string_view path;  // "/assets/index-3f9a1c2b.js"
  std::string_view mime;  // "text/javascript; charset=utf-8"
  std::string_view etag;  // with quotes; of the identity bytes
  bool immutable = false;
  Bytes identity;
  Bytes gzip;    // empty: no such variant
  Bytes brotli;  // empty: no such variant
};

using AssetTable = std::span<const Asset>;  // sorted by path

const Asset* find_asset(AssetTable table, std::string_view path);

// GET and HEAD of one file: variant by Accept-Encoding, If-None-Match (304), one Range of the
// identity form (206, 416), Cache-Control.
Response serve_asset(const Asset& asset, const Request& request);

// A handler for Router::set_fallback. `table` must live as long as the handler.
Handler asset_handler(AssetTable table);

// The same from files below `root`, read on each request (development, --web-dir; files up to 64
// MiB). Paths are confined to the directory: dot segments, hidden files and symbolic links that
// leave it are 404.
Handler directory_handler(std::string root);

// A file below `root`, by the path of a request. not_found for everything that must not be served.
struct FileContent {
  std::string bytes;
  std::string etag;
};
Result<FileContent> read_below(const std::string& root, std::string_view path);

std::string_view mime_of(std::string_view path);
// "/assets/index-3f9a1c2b.js": below /assets/ with eight characters of hash, as bundlers name files
// after their content.
bool has_hashed_name(std::string_view path);

// RFC 9110 section 14: one range of `size` bytes. Nothing: no (usable) Range header, answer 200.
// first > last: answer 416.
struct ByteRange {
  std::uint64_t first = 0, last = 0;
};
std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size);

}  // namespace portico::io::http
