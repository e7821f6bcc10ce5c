#include "codec/rtp/codec.h"

#include <algorithm>
#include <array>
#include <utility>

#include "codec/rtp/vp8.h"
#include "codec/rtp/vp9.h"

namespace portico::codec::rtp {
namespace {

constexpr std::array<std::pair<std::string_view, Codec>, 9> kNames{{{"opus", Codec::opus},
                                                                    {"red", Codec::red},
                                                                    {"pcmu", Codec::pcmu},
                                                                    {"pcma", Codec::pcma},
                                                                    {"vp8", Codec::vp8},
                                                                    {"vp9", Codec::vp9},
                                                                    {"h264", Codec::h264},
                                                                    {"h265", Codec::h265},
                                                                    {"av1", Codec::av1}}};

bool equals_ignoring_case(std::string_view a, std::string_view lower) {
  return std::equal(a.begin(), a.end(), lower.begin(), lower.end(), [](char x, char y) {
    return (x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x) == y;
  });
}

// RFC 6184 5.2: type of the NAL unit, or of the packet around several.
bool h264_starts_intra(std::uint8_t type) { return type == 5 || type == 7; }

bool h264_key_frame(Bytes payload) {
  constexpr std::uint8_t kStapA = 24;
  constexpr std::uint8_t kFuA = 28;
  const std::uint8_t type = payload[0] & 0x1F;
  if (type == kFuA) {
    return payload.size() >= 2 && (payload[1] & 0x80) != 0 && h264_starts_intra(payload[1] & 0x1F);
  }
  if (type != kStapA) return h264_starts_intra(type);
  ByteReader reader(payload.subspan(1));
  while (reader.remaining() > 2) {
    const Bytes unit = reader.bytes(reader.u16());
    if (!reader.ok()) return false;
    if (!unit.empty() && h264_starts_intra(unit[0] & 0x1F)) return true;
  }
  return false;
}

bool h265_starts_intra(std::uint8_t type) {
  return (type >= 16 && type <= 21) || (type >= 32 && type <= 34);
}

bool h265_key_frame(Bytes payload) {
  constexpr std::uint8_t kAggregation = 48;
  constexpr std::uint8_t kFragment = 49;
  if (payload.size() < 3) return false;
  const std::uint8_t type = (payload[0] >> 1) & 0x3F;
  if (type == kFragment) {
    return (payload[2] & 0x80) != 0 && h265_starts_intra(payload[2] & 0x3F);
  }
  if (type != kAggregation) return h265_starts_intra(type);
  ByteReader reader(payload.subspan(2));
  while (reader.remaining() > 2) {
    const Bytes unit = reader.bytes(reader.u16());
    if (!reader.ok()) return false;
    if (!unit.empty() && h265_starts_intra((unit[0] >> 1) & 0x3F)) return true;
  }
  return false;
}

// AV1 RTP 4.4, aggregation header |Z|Y|W W|N|-|-|-|: N marks the first packet of a coded video
// sequence, Z a continued OBU.
bool av1_key_frame(Bytes payload) { return (payload[0] & 0x08) != 0 && (payload[0] & 0x80) == 0; }

}  // namespace

Codec codec_from_name(std::string_view name) {
  if (const auto slash = name.rfind('/'); slash != std::string_view::npos) {
    name.remove_prefix(slash + 1);
  }
  for (const auto& [text, codec] : kNames) {
    if (equals_ignoring_case(name, text)) return codec;
  }
  return Codec::unknown;
}

std::string_view codec_name(Codec codec) {
  for (const auto& [text, value] : kNames) {
    if (value == codec) return text;
  }
  return "unknown";
}

bool is_video(Codec codec) { return codec >= Codec::vp8; }

bool is_key_frame(Codec codec, Bytes payload) {
  if (payload.empty()) return false;
  switch (codec) {
    case Codec::vp8: {
      const auto descriptor = parse_vp8(payload);
      return descriptor && descriptor->frame_start() && descriptor->key_frame;
    }
    case Codec::vp9: {
      const auto descriptor = parse_vp9(payload);
      return descriptor && descriptor->key_frame();
    }
    case Codec::h264:
      return h264_key_frame(payload);
    case Codec::h265:
      return h265_key_frame(payload);
    case Codec::av1:
      return av1_key_frame(payload);
    default:
      return false;
  }
}

bool is_frame_start(Codec codec, Bytes payload) {
  if (payload.empty()) return false;
  switch (codec) {
    case Codec::vp8: {
      const auto descriptor = parse_vp8(payload);
      return descriptor && descriptor->frame_start();
    }
    case Codec::vp9: {
      const auto descriptor = parse_vp9(payload);
      return descriptor && descriptor->frame_start && descriptor->sid == 0;
    }
    case Codec::av1:
      return (payload[0] & 0x80) == 0;
    default:
      return true;
  }
}

}  // namespace portico::codec::rtp
