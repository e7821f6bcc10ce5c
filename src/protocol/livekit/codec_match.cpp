// Which codec of one peer can carry what another one publishes.

#include <algorithm>

#include "codec/sdp/attributes.h"
#include "codec/sdp/text.h"
#include "protocol/livekit/description.h"

namespace portico::protocol::livekit {
namespace {

namespace sdp = codec::sdp;

// Profiles of RFC 6184 8.1 that differ for a decoder; the numbers of profile-level-id fold into
// them.
enum class H264Profile {
  unknown,
  constrained_baseline,
  baseline,
  main,
  constrained_high,
  high,
  high_444
};

struct H264 {
  H264Profile profile = H264Profile::baseline;
  int packetization_mode = 0;
};

H264Profile profile_of(std::uint32_t profile_level_id) {
  const std::uint32_t idc = profile_level_id >> 16, constraints = profile_level_id >> 8 & 0xff;
  switch (idc) {
    case 0x42:
      return (constraints & 0x40) != 0 ? H264Profile::constrained_baseline : H264Profile::baseline;
    case 0x4d:
      return (constraints & 0x80) != 0 ? H264Profile::constrained_baseline : H264Profile::main;
    case 0x58:
      return (constraints & 0xc0) == 0xc0 ? H264Profile::constrained_baseline
                                          : H264Profile::unknown;
    case 0x64:
      return constraints == 0x0c ? H264Profile::constrained_high : H264Profile::high;
    case 0xf4:
      return H264Profile::high_444;
    default:
      return H264Profile::unknown;
  }
}

H264 parse_h264(std::string_view fmtp) {
  const sdp::Fmtp parameters(fmtp);
  H264 result;
  if (const auto id = parameters.get("profile-level-id"); id && id->size() == 6) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(id->data(), id->data() + 6, value, 16);
    result.profile =
        error == std::errc() && end == id->data() + 6 ? profile_of(value) : H264Profile::unknown;
  }
  if (parameters.get("packetization-mode") == "1") result.packetization_mode = 1;
  return result;
}

// How well a decoder for `ours` takes a stream of `stream`: 0 not at all, higher is better.
int h264_score(const H264& ours, const H264& stream) {
  if (stream.packetization_mode > ours.packetization_mode) return 0;
  const int mode = ours.packetization_mode == stream.packetization_mode ? 1 : 0;
  if (ours.profile == stream.profile) return 4 + mode;
  using enum H264Profile;
  // Encoders behind "baseline" never use what constrained baseline leaves out, so the two count as
  // each other.
  const auto base = [](H264Profile p) { return p == baseline || p == constrained_baseline; };
  if (base(ours.profile) && base(stream.profile)) return 2 + mode;
  const bool decodes =
      (ours.profile == main && base(stream.profile)) ||
      (ours.profile == constrained_high && base(stream.profile)) ||
      (ours.profile == high && stream.profile != unknown && stream.profile != high_444);
  return decodes ? 1 : 0;
}

std::string_view parameter_or_zero(const sdp::Fmtp& parameters, std::string_view name) {
  return parameters.get(name).value_or("0");
}

int score(const NegotiatedCodec& ours, std::string_view fmtp) {
  if (ours.name == "h264") return h264_score(parse_h264(ours.fmtp), parse_h264(fmtp));
  const std::string_view profile = ours.name == "vp9"   ? "profile-id"
                                   : ours.name == "av1" ? "profile"
                                                        : "";
  if (profile.empty()) return 1;
  const sdp::Fmtp a(ours.fmtp), b(fmtp);
  return parameter_or_zero(a, profile) == parameter_or_zero(b, profile) ? 1 : 0;
}

}  // namespace

std::string mime_type(const NegotiatedCodec& codec) {
  if (codec.name == "opus" || codec.name == "red") return "audio/" + codec.name;
  std::string upper = codec.name;
  std::ranges::transform(upper, upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return (codec.clock_rate == 90000 ? "video/" : "audio/") + upper;
}

const NegotiatedCodec* find_codec(const RemoteSection& section, PayloadType pt) {
  for (const NegotiatedCodec& codec : section.codecs) {
    if (codec.pt == pt || codec.rtx_pt == pt) return &codec;
  }
  return nullptr;
}

const NegotiatedCodec* find_codec(const RemoteSection& section, std::string_view mime,
                                  std::string_view fmtp) {
  const std::string_view name = mime.substr(mime.find('/') + 1);
  const NegotiatedCodec* best = nullptr;
  int best_score = 0;
  for (const NegotiatedCodec& codec : section.codecs) {
    if (!sdp::equal_ignoring_case(codec.name, name)) continue;
    if (fmtp.empty()) return &codec;
    if (const int value = score(codec, fmtp); value > best_score) {
      best = &codec;
      best_score = value;
    }
  }
  return best;
}

const NegotiatedCodec* match_codec(const RemoteSection& section, const NegotiatedCodec& published) {
  const NegotiatedCodec* best = nullptr;
  int best_score = 0;
  for (const NegotiatedCodec& codec : section.codecs) {
    if (codec.name != published.name || codec.clock_rate != published.clock_rate) continue;
    if (const int value = score(codec, published.fmtp); value > best_score) {
      best = &codec;
      best_score = value;
    }
  }
  return best;
}

}  // namespace portico::protocol::livekit
