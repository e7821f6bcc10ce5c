#pragma once
// What a profile does to one packet, given its index: the cryptographic transform without any state
// about streams. sender.h and receiver.h add rollover counters and replay windows.

#include <cstdint>
#include <memory>

#include "protocol/srtp/crypto.h"

namespace portico::protocol::srtp {

// Callers have checked all sizes; see the comments.
class Protection {
 public:
  virtual ~Protection() = default;
  // `index` = 2^16 * ROC + SEQ (48 bits). `out` has header + payload + rtp_overhead() bytes. False:
  // the crypto library failed.
  virtual bool seal_rtp(Bytes header, Bytes payload, std::uint64_t index,
                        std::uint8_t* out) noexcept = 0;
  // `packet` has at least header_size + tag bytes. False: not authentic.
  virtual bool open_rtp(MutableBytes packet, std::size_t header_size,
                        std::uint64_t index) noexcept = 0;
  // `index` has 31 bits; `out` has plain.size() + rtcp_overhead() bytes.
  virtual bool seal_rtcp(Bytes plain, std::uint32_t index, std::uint8_t* out) noexcept = 0;
  // `packet` has at least 8 + rtcp_overhead() bytes.
  virtual bool open_rtcp(MutableBytes packet) noexcept = 0;
  // The E flag and index of a protected RTCP packet of sufficient size.
  virtual std::uint32_t rtcp_index_word(Bytes packet) const noexcept = 0;
};

constexpr std::uint32_t kRtcpEncrypted = 0x8000'0000U;  // the E flag, RFC 3711 3.4

Result<std::unique_ptr<Protection>> make_protection(Profile profile, const KeyMaterial& master,
                                                    Direction direction, Backend backend);

}  // namespace portico::protocol::srtp
