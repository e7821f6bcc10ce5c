// What parses must come back unchanged from its own text. The attribute parsers see every value.
#include "base/bytes.h"
#include "base/check.h"
#include "codec/sdp/attributes.h"
#include "codec/sdp/sdp.h"

using namespace portico::codec::sdp;

namespace {

void try_every_parser(std::string_view value) {
  static_cast<void>(parse_rtpmap(value));
  static_cast<void>(parse_rtcp_fb(value));
  static_cast<void>(parse_extmap(value));
  static_cast<void>(parse_ssrc(value));
  static_cast<void>(parse_ssrc_group(value));
  static_cast<void>(parse_rid(value));
  static_cast<void>(parse_simulcast(value, "send"));
  static_cast<void>(parse_msid(value));
  if (const auto fingerprint = parse_fingerprint(value)) {
    const auto again = parse_fingerprint(fingerprint->hash + ' ' + fingerprint->value);
    PORTICO_CHECK(again && again->value == fingerprint->value);
  }
  const std::string once = Fmtp(value).text();
  PORTICO_CHECK(Fmtp(once).text() == once);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto session = parse(portico::as_text({data, size}));
  if (!session) return 0;
  const auto again = parse(serialise(*session));
  PORTICO_CHECK(again.has_value());
  PORTICO_CHECK(*again == *session);
  for (const Media& media : session->media) {
    for (const Attribute& attribute : media.attributes) {
      if (attribute.value) try_every_parser(*attribute.value);
    }
  }
  return 0;
}
