#pragma once
// Typed forms of the attribute values that WebRTC uses. Every parser takes the text after "a=name:"
// and answers nullopt when it is malformed; unknown trailing parts are ignored.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace portico::codec::sdp {

// a=rtpmap:<pt> <encoding>/<clock rate>[/<channels>] (RFC 8866 6.6)
struct RtpMap {
  std::uint8_t pt = 0;  // 0..127
  std::string encoding;
  std::uint32_t clock_rate = 0;
  std::uint8_t channels = 1;
};
std::optional<RtpMap> parse_rtpmap(std::string_view value);

// a=rtcp-fb:<pt or *> <type> (RFC 4585 4.2); `type` like "nack", "nack pli", "ccm fir",
// "transport-cc", "goog-remb"
struct RtcpFeedback {
  std::optional<std::uint8_t> pt;  // nullopt: "*", all payload types of the section
  std::string type;
};
std::optional<RtcpFeedback> parse_rtcp_fb(std::string_view value);

// a=extmap:<id>[/<direction>] <uri> (RFC 8285 8); id 1..255
struct ExtMap {
  std::uint8_t id = 0;
  std::string uri;
};
std::optional<ExtMap> parse_extmap(std::string_view value);

// a=ssrc:<ssrc> <name>[:<value>] (RFC 5576 4.1)
struct SsrcAttribute {
  std::uint32_t ssrc = 0;
  std::string name, value;
};
std::optional<SsrcAttribute> parse_ssrc(std::string_view value);

// a=ssrc-group:<semantics> <ssrc>... (RFC 5576 4.2); at most 32 members
struct SsrcGroup {
  std::string semantics;
  std::vector<std::uint32_t> ssrcs;
};
std::optional<SsrcGroup> parse_ssrc_group(std::string_view value);

// a=rid:<id> <send|recv> [<restrictions>] (RFC 8851)
struct Rid {
  std::string id;
  bool send = true;
};
std::optional<Rid> parse_rid(std::string_view value);

// The stream ids of a=simulcast's `direction` ("send" or "recv") list, first alternative of each,
// "~" (paused) removed (RFC 8853 5.1). Empty when the list is absent.
std::vector<std::string> parse_simulcast(std::string_view value, std::string_view direction);

// a=fingerprint:<hash> <hex pairs> (RFC 8122 5): hash in lower case, digits in upper case
struct Fingerprint {
  std::string hash, value;
};
std::optional<Fingerprint> parse_fingerprint(std::string_view value);

// a=msid:<stream> [<track>] (RFC 8830)
struct Msid {
  std::string stream, track;
};
std::optional<Msid> parse_msid(std::string_view value);

// Parameters of a=fmtp, in order: "minptime=10;useinbandfec=1", also RED's "111/111", which is one
// nameless parameter. Names compare without case.
class Fmtp {
 public:
  Fmtp() = default;
  explicit Fmtp(std::string_view parameters);

  // nullopt when absent; "" for a parameter without "=". The view lives as long as this object
  // stays unchanged.
  std::optional<std::string_view> get(std::string_view name) const&;
  std::optional<std::string_view> get(std::string_view name) && = delete;
  // Replaces or appends.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  bool empty() const { return parameters_.empty(); }
  std::string text() const;

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;  // at most 64
};

}  // namespace portico::codec::sdp
