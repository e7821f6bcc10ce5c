#include "codec/sdp/sdp.h"

#include <algorithm>

#include "codec/sdp/text.h"

namespace portico::codec::sdp {
namespace {

constexpr std::string_view kDroppedLines = "iueprzk";

bool is_token(std::string_view text) {
  return !text.empty() && text.find_first_of(" \t\r\n") == std::string_view::npos;
}

Result<Media> parse_media(std::string_view value) {
  Media media;
  const std::string_view kind = next_token(value);
  std::string_view ports = next_token(value);
  const std::string_view protocol = next_token(value);
  const auto port = number<std::uint16_t>(next_token(ports, '/'), 65535);
  if (!is_token(kind) || !is_token(protocol) || !port) {
    return fail(ErrorCode::invalid, "malformed m= line");
  }
  if (!ports.empty()) {
    const auto count = number<std::uint16_t>(ports, 65535);
    if (!count || *count == 0) return fail(ErrorCode::invalid, "malformed port count");
    media.port_count = *count;
  }
  media.media = kind;
  media.port = *port;
  media.protocol = protocol;
  for (const std::string_view format : split(value)) {
    if (media.formats.size() == kMaxFormats) {
      return fail(ErrorCode::limit, "more than 256 formats");
    }
    media.formats.emplace_back(format);
  }
  if (media.formats.empty()) return fail(ErrorCode::invalid, "m= line without formats");
  return media;
}

Result<Attribute> parse_attribute(std::string_view value) {
  Attribute attribute;
  const std::size_t colon = value.find(':');
  const std::string_view name = value.substr(0, colon);
  if (!is_token(name)) return fail(ErrorCode::invalid, "malformed attribute name");
  attribute.name = name;
  if (colon != std::string_view::npos) attribute.value = std::string(value.substr(colon + 1));
  return attribute;
}

// Consumes the lines one by one.
class Parser {
 public:
  Result<void> line(std::string_view text) {
    if (text.size() < 2 || text[1] != '=') return fail(ErrorCode::invalid, "not <letter>=<value>");
    if (text.find_first_of(std::string_view("\r\0", 2)) != std::string_view::npos) {
      return fail(ErrorCode::invalid, "control character");
    }
    const char letter = text[0];
    const std::string_view value = text.substr(2);
    if (++lines_ <= 3) return head(letter, value);
    return session_.media.empty() ? session_line(letter, value) : media_line(letter, value);
  }

  Result<Session> finish() {
    if (lines_ < 3) return fail(ErrorCode::invalid, "v=, o= and s= are required");
    return std::move(session_);
  }

 private:
  // RFC 8866 5: the first three lines have a fixed order.
  Result<void> head(char letter, std::string_view value) {
    if (letter != "vos"[lines_ - 1]) return fail(ErrorCode::invalid, "v=, o=, s= must come first");
    if (letter == 'v' && value != "0") return fail(ErrorCode::invalid, "version is not 0");
    if (letter == 'o') {
      if (split(value).size() != 6) return fail(ErrorCode::invalid, "malformed o= line");
      session_.origin = value;
    }
    if (letter == 's') session_.name = value;
    return {};
  }

  Result<void> session_line(char letter, std::string_view value) {
    switch (letter) {
      case 'c':
        session_.connection = value;
        return {};
      case 'b':
        session_.bandwidth.emplace_back(value);
        return {};
      case 't':
        session_.timing = value;
        return {};
      case 'a':
        return attribute(session_.attributes, value);
      case 'm':
        return media(value);
      default:
        return other(letter);
    }
  }

  Result<void> media_line(char letter, std::string_view value) {
    Media& current = session_.media.back();
    switch (letter) {
      case 'c':
        current.connection = value;
        return {};
      case 'b':
        current.bandwidth.emplace_back(value);
        return {};
      case 'a':
        return attribute(current.attributes, value);
      case 'm':
        return media(value);
      default:
        return other(letter);
    }
  }

  Result<void> attribute(Attributes& to, std::string_view value) {
    PORTICO_TRY(parsed, parse_attribute(value));
    to.push_back(std::move(parsed));
    return {};
  }

  Result<void> media(std::string_view value) {
    if (session_.media.size() == kMaxMedia) return fail(ErrorCode::limit, "more than 512 sections");
    PORTICO_TRY(parsed, parse_media(value));
    session_.media.push_back(std::move(parsed));
    return {};
  }

  static Result<void> other(char letter) {
    if (kDroppedLines.find(letter) != std::string_view::npos) return {};
    return fail(ErrorCode::invalid, "unknown line type");
  }

  Session session_;
  std::size_t lines_ = 0;
};

void write_line(std::string& out, char letter, std::string_view value) {
  out.push_back(letter);
  out.push_back('=');
  out.append(value);
  out.append("\r\n");
}

void write_common(std::string& out, const std::string& connection,
                  const std::vector<std::string>& bandwidth) {
  if (!connection.empty()) write_line(out, 'c', connection);
  for (const auto& line : bandwidth) write_line(out, 'b', line);
}

void write_attributes(std::string& out, const Attributes& attributes) {
  for (const auto& [name, value] : attributes) {
    out.append("a=").append(name);
    if (value) out.append(":").append(*value);
    out.append("\r\n");
  }
}

}  // namespace

bool Attributes::has(std::string_view name) const {
  return std::ranges::find(*this, name, &Attribute::name) != end();
}

std::string_view Attributes::first(std::string_view name) const {
  const auto found = std::ranges::find(*this, name, &Attribute::name);
  return found != end() && found->value ? std::string_view(*found->value) : std::string_view();
}

std::vector<std::string_view> Attributes::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Attribute& attribute : *this) {
    if (attribute.name == name && attribute.value) values.emplace_back(*attribute.value);
  }
  return values;
}

void Attributes::add(std::string_view name) { push_back({std::string(name), std::nullopt}); }

void Attributes::add(std::string_view name, std::string_view value) {
  push_back({std::string(name), std::string(value)});
}

Result<Session> parse(std::string_view text) {
  if (text.size() > kMaxSize) return fail(ErrorCode::limit, "SDP is larger than 256 KiB");
  Parser parser;
  std::size_t line_number = 0;
  while (!text.empty()) {
    std::string_view line = next_token(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (++line_number > kMaxLines) return fail(ErrorCode::limit, "SDP has more than 20000 lines");
    if (line.empty()) continue;
    if (auto result = parser.line(line); !result) {
      return fail(result.error().code,
                  "SDP line " + std::to_string(line_number) + ": " + result.error().message);
    }
  }
  return parser.finish();
}

std::string serialise(const Session& session) {
  std::string out;
  out.reserve(4096);
  write_line(out, 'v', "0");
  write_line(out, 'o', session.origin);
  write_line(out, 's', session.name);
  write_common(out, session.connection, session.bandwidth);
  write_line(out, 't', session.timing);
  write_attributes(out, session.attributes);
  for (const Media& media : session.media) {
    std::string value = media.media + ' ' + std::to_string(media.port);
    if (media.port_count != 1) value += '/' + std::to_string(media.port_count);
    value += ' ' + media.protocol;
    for (const auto& format : media.formats) value += ' ' + format;
    write_line(out, 'm', value);
    write_common(out, media.connection, media.bandwidth);
    write_attributes(out, media.attributes);
  }
  return out;
}

}  // namespace portico::codec::sdp
