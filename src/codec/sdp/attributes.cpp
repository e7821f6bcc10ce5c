#include "codec/sdp/attributes.h"

#include <algorithm>

#include "codec/sdp/text.h"

namespace portico::codec::sdp {
namespace {

constexpr std::uint8_t kMaxPayloadType = 127;
constexpr std::size_t kMaxGroup = 32;
constexpr std::size_t kMaxParameters = 64;

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::optional<std::uint32_t> ssrc_number(std::string_view text) {
  return number<std::uint32_t>(text, 0xffff'ffffU);
}

}  // namespace

std::optional<RtpMap> parse_rtpmap(std::string_view value) {
  const auto pt = number<std::uint8_t>(next_token(value), kMaxPayloadType);
  const std::string_view encoding = next_token(value, '/');
  const auto clock_rate = number<std::uint32_t>(next_token(value, '/'), 1'000'000'000);
  if (!pt || encoding.empty() || !clock_rate || *clock_rate == 0) return std::nullopt;
  const auto channels = value.empty() ? std::uint8_t{1} : number<std::uint8_t>(value, 255);
  if (!channels) return std::nullopt;
  return RtpMap{*pt, std::string(encoding), *clock_rate, *channels};
}

std::optional<RtcpFeedback> parse_rtcp_fb(std::string_view value) {
  const std::string_view first = next_token(value);
  const std::string_view type = trim(value);
  if (type.empty()) return std::nullopt;
  if (first == "*") return RtcpFeedback{std::nullopt, std::string(type)};
  const auto pt = number<std::uint8_t>(first, kMaxPayloadType);
  if (!pt) return std::nullopt;
  return RtcpFeedback{pt, std::string(type)};
}

std::optional<ExtMap> parse_extmap(std::string_view value) {
  std::string_view first = next_token(value);
  const auto id = number<std::uint8_t>(next_token(first, '/'), 255);
  const std::string_view uri = next_token(value);
  if (!id || *id == 0 || uri.empty()) return std::nullopt;
  return ExtMap{*id, std::string(uri)};
}

std::optional<SsrcAttribute> parse_ssrc(std::string_view value) {
  const auto ssrc = ssrc_number(next_token(value));
  const std::string_view name = next_token(value, ':');
  if (!ssrc || name.empty()) return std::nullopt;
  return SsrcAttribute{*ssrc, std::string(name), std::string(value)};
}

std::optional<SsrcGroup> parse_ssrc_group(std::string_view value) {
  SsrcGroup group;
  group.semantics = next_token(value);
  for (const std::string_view token : split(value)) {
    const auto ssrc = ssrc_number(token);
    if (!ssrc || group.ssrcs.size() == kMaxGroup) return std::nullopt;
    group.ssrcs.push_back(*ssrc);
  }
  if (group.semantics.empty() || group.ssrcs.empty()) return std::nullopt;
  return group;
}

std::optional<Rid> parse_rid(std::string_view value) {
  const std::string_view id = next_token(value);
  const std::string_view direction = next_token(value);
  if (id.empty() || (direction != "send" && direction != "recv")) return std::nullopt;
  return Rid{std::string(id), direction == "send"};
}

std::vector<std::string> parse_simulcast(std::string_view value, std::string_view direction) {
  std::vector<std::string> ids;
  while (!value.empty()) {
    const std::string_view word = next_token(value);
    std::string_view list = next_token(value);
    if (word != direction) continue;
    while (!list.empty()) {
      std::string_view alternatives = next_token(list, ';');
      std::string_view id = next_token(alternatives, ',');
      if (id.starts_with('~')) id.remove_prefix(1);
      if (!id.empty()) ids.emplace_back(id);
    }
  }
  return ids;
}

std::optional<Fingerprint> parse_fingerprint(std::string_view value) {
  const std::string_view hash = next_token(value);
  const std::string_view digits = trim(value);
  if (hash.empty() || digits.size() < 2 || digits.size() % 3 != 2) return std::nullopt;
  Fingerprint result{lower_case(hash), {}};
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const char c = digits[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
    if (i % 3 == 2 ? c != ':' : !hex) return std::nullopt;
    result.value.push_back(c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return result;
}

std::optional<Msid> parse_msid(std::string_view value) {
  const std::string_view stream = next_token(value);
  if (stream.empty()) return std::nullopt;
  return Msid{std::string(stream), std::string(next_token(value))};
}

Fmtp::Fmtp(std::string_view parameters) {
  while (!parameters.empty() && parameters_.size() < kMaxParameters) {
    std::string_view value = trim(next_token(parameters, ';'));
    if (value.empty()) continue;
    const bool flag = value.find('=') == std::string_view::npos;
    const std::string_view name = trim(next_token(value, '='));
    if (!name.empty() || flag) parameters_.emplace_back(name, trim(value));
  }
}

std::optional<std::string_view> Fmtp::get(std::string_view name) const& {
  for (const auto& [key, value] : parameters_) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return std::nullopt;
}

void Fmtp::set(std::string_view name, std::string_view value) {
  for (auto& [key, old] : parameters_) {
    if (equal_ignoring_case(key, name)) {
      old = value;
      return;
    }
  }
  parameters_.emplace_back(name, value);
}

void Fmtp::remove(std::string_view name) {
  std::erase_if(parameters_, [&](const auto& p) { return equal_ignoring_case(p.first, name); });
}

std::string Fmtp::text() const {
  std::string out;
  for (const auto& [name, value] : parameters_) {
    if (!out.empty()) out.push_back(';');
    out.append(name);
    if (!value.empty()) out.append("=").append(value);
  }
  return out;
}

}  // namespace portico::codec::sdp
