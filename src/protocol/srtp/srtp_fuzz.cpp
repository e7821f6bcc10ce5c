// First byte: profile and a rich or poor start; the rest is a packet for both openers. Nothing a
// stranger sends may be authentic, nothing may crash, and a genuine packet must still open
// afterwards.
#include <cstdlib>

#include "protocol/srtp/receiver.h"
#include "protocol/srtp/sender.h"
#include "protocol/srtp/test_support.h"

using namespace portico;
using namespace portico::protocol::srtp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 4096) return 0;
  constexpr Profile kProfiles[] = {Profile::aead_aes_128_gcm, Profile::aead_aes_256_gcm,
                                   Profile::aes128_cm_sha1_80};
  Profile profile = kProfiles[data[0] % 3];
  Sender sender = *Sender::create(profile, test_keys(profile));
  Receiver receiver = *Receiver::create(profile, test_keys(profile));
  Bytes input(data + 1, size - 1);

  ByteVector rtp(input.begin(), input.end());
  if (receiver.open_rtp(rtp)) std::abort();
  ByteVector rtcp(input.begin(), input.end());
  if (receiver.open_rtcp(rtcp)) std::abort();

  // The input as plain text: what we seal is what we open.
  auto header_size = rtp_header_size(input);
  if (header_size) {
    ByteVector out(input.size() + kMaxOverhead);
    auto sealed = sender.seal_rtp(input.first(*header_size), input.subspan(*header_size), out);
    if (!sealed) std::abort();
    auto opened = receiver.open_rtp(MutableBytes(out).first(*sealed));
    if (!opened || !std::equal(opened->begin(), opened->end(), input.begin(), input.end()))
      std::abort();
  }
  if (input.size() >= 8 && input[0] >> 6 == 2) {
    ByteVector out(input.size() + kMaxOverhead);
    auto sealed = sender.seal_rtcp(input, out);
    if (!sealed) std::abort();
    auto opened = receiver.open_rtcp(MutableBytes(out).first(*sealed));
    if (!opened || !std::equal(opened->begin(), opened->end(), input.begin(), input.end()))
      std::abort();
  }
  return 0;
}
