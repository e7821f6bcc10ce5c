#include "codec/base64/base64.h"

#include <array>

namespace portico::codec::base64 {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kBad = 0xff;

constexpr std::array<std::uint8_t, 256> reverse(std::string_view alphabet) {
  std::array<std::uint8_t, 256> table{};
  for (std::uint8_t& entry : table) entry = kBad;
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}

constexpr auto kStandardReverse = reverse(kStandard);
constexpr auto kUrlReverse = reverse(kUrl);

// Removes the padding; nothing if it breaks the rule.
Result<std::string_view> strip(std::string_view text, Padding padding) {
  std::size_t pads = 0;
  while (pads < 3 && pads < text.size() && text[text.size() - 1 - pads] == '=') ++pads;
  if (pads > 2) return fail(ErrorCode::invalid, "base64: more than two '=' at the end");
  const bool complete = text.size() % 4 == 0;
  if (padding == Padding::forbidden && pads > 0) {
    return fail(ErrorCode::invalid, "base64: padding is not allowed here");
  }
  if ((padding == Padding::required || pads > 0) && !complete) {
    return fail(ErrorCode::invalid, "base64: length with padding is not a multiple of four");
  }
  return text.substr(0, text.size() - pads);
}

}  // namespace

std::string encode(Bytes data, Alphabet alphabet, bool padded) {
  const std::string_view letters = alphabet == Alphabet::url ? kUrl : kStandard;
  std::string out;
  out.reserve((data.size() + 2) / 3 * 4);
  std::size_t i = 0;
  for (; i + 3 <= data.size(); i += 3) {
    const std::uint32_t group = load24(data.data() + i);
    for (int shift = 18; shift >= 0; shift -= 6) out.push_back(letters[group >> shift & 63]);
  }
  const std::size_t rest = data.size() - i;
  if (rest > 0) {
    const std::uint32_t group = static_cast<std::uint32_t>(data[i]) << 16 |
                                (rest == 2 ? static_cast<std::uint32_t>(data[i + 1]) << 8 : 0);
    out.push_back(letters[group >> 18 & 63]);
    out.push_back(letters[group >> 12 & 63]);
    if (rest == 2) out.push_back(letters[group >> 6 & 63]);
    if (padded) out.append(3 - rest, '=');
  }
  return out;
}

Result<ByteVector> decode(std::string_view text, Alphabet alphabet, Padding padding) {
  PORTICO_TRY(body, strip(text, padding));
  if (body.size() % 4 == 1) return fail(ErrorCode::invalid, "base64: impossible length");
  const auto& table = alphabet == Alphabet::url ? kUrlReverse : kStandardReverse;
  ByteVector out;
  out.reserve(body.size() / 4 * 3 + 2);
  std::uint32_t group = 0;
  std::uint32_t bits = 0;
  for (const char c : body) {
    const std::uint8_t value = table[static_cast<std::uint8_t>(c)];
    if (value == kBad) return fail(ErrorCode::invalid, "base64: character outside the alphabet");
    group = (group << 6 | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<std::uint8_t>(group >> bits));
    }
  }
  if ((group & ((1U << bits) - 1)) != 0) {
    return fail(ErrorCode::invalid, "base64: trailing bits are not zero");
  }
  return out;
}

}  // namespace portico::codec::base64
