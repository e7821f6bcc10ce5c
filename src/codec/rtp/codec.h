#pragma once
// What the forwarder must know about a payload without decoding it: which codec, does a frame start
// here, is it a key frame.

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace portico::codec::rtp {

enum class Codec : std::uint8_t { unknown, opus, red, pcmu, pcma, vp8, vp9, h264, h265, av1 };

// "opus", "video/VP8", "H264": any case, with or without the kind. RTX and unknown names give
// Codec::unknown.
Codec codec_from_name(std::string_view name_or_mime);
std::string_view codec_name(Codec codec);  // lower case: "vp8"
bool is_video(Codec codec);

// Does this payload begin (or, for H.26x and AV1, carry the parameter sets or intra slice that
// begin) a picture that a decoder can start with? False for audio, empty and malformed payloads.
//   VP8   RFC 7741 4.2/4.3   S=1, PID=0, P=0
//   VP9   RFC 9628 4.2       P=0, B=1, lowest spatial layer
//   H264  RFC 6184           SPS (7) or IDR (5) alone, in STAP-A, or first fragment of a FU-A
//   H265  RFC 7798           VPS/SPS/PPS (32..34) or IRAP (16..21) alone, in AP, or first fragment
//   of a FU AV1   AV1 RTP 4.4        N=1 in the aggregation header (first packet of a coded video
//   sequence)
bool is_key_frame(Codec codec, Bytes payload);

// Is this the first packet of a picture, as far as the payload tells? H.26x says nothing; there
// true means "may be", and the caller compares timestamps. Audio: always true.
bool is_frame_start(Codec codec, Bytes payload);

}  // namespace portico::codec::rtp
