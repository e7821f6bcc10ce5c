#pragma once
// SDP text (RFC 8866) <-> structs, without any opinion on what the attributes mean: lines of the
// session, then media sections with their attributes in order. Typed views of the attributes that
// WebRTC uses are in attributes.h.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace portico::codec::sdp {

inline constexpr std::size_t kMaxSize = 256 * 1024;  // bytes of text
inline constexpr std::size_t kMaxMedia = 512;        // m= sections
inline constexpr std::size_t kMaxLines = 20'000;
inline constexpr std::size_t kMaxFormats = 256;  // entries of one m= line's format list

// a=name or a=name:value. The two differ: `value` is empty text, not absent, after "a=name:".
struct Attribute {
  std::string name;
  std::optional<std::string> value;

  friend bool operator==(const Attribute&, const Attribute&) = default;
};

class Attributes : public std::vector<Attribute> {
 public:
  using std::vector<Attribute>::vector;

  bool has(std::string_view name) const;
  // Value of the first attribute of that name; empty when it is absent or a flag.
  std::string_view first(std::string_view name) const;
  // Values of all attributes of that name, in order.
  std::vector<std::string_view> all(std::string_view name) const;
  void add(std::string_view name);
  void add(std::string_view name, std::string_view value);
};

// m=<media> <port>[/<port_count>] <protocol> <formats...>
struct Media {
  std::string media;
  std::uint16_t port = 0;
  std::uint16_t port_count = 1;
  std::string protocol;
  std::vector<std::string> formats;
  std::string connection;              // c=, empty when absent
  std::vector<std::string> bandwidth;  // b= lines
  Attributes attributes;

  friend bool operator==(const Media&, const Media&) = default;
};

struct Session {
  std::string origin;      // o= without further interpretation
  std::string name = "-";  // s=
  std::string connection;  // c=, empty when absent
  std::string timing = "0 0";
  std::vector<std::string> bandwidth;
  Attributes attributes;
  std::vector<Media> media;

  friend bool operator==(const Session&, const Session&) = default;
};

// Lines end with CRLF or LF; the last end may be missing. The lines i, u, e, p, r, z and k are
// checked for their form and dropped. Errors (the message has the line number): invalid, limit (a
// bound above).
Result<Session> parse(std::string_view text);

// CRLF lines. parse(serialise(s)) == s for every s that parse() returned.
std::string serialise(const Session& session);

}  // namespace portico::codec::sdp
