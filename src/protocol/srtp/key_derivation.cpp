#include "protocol/srtp/key_derivation.h"

#include <array>

#include "protocol/srtp/crypto.h"

namespace portico::protocol::srtp {

Result<void> derive_key(const KeyMaterial& master, KeyLabel label, MutableBytes out) {
  if (master.salt.size() != 12 && master.salt.size() != 14) {
    return fail(ErrorCode::invalid, "SRTP master salt size");
  }
  PORTICO_TRY(cipher, make_counter_mode(master.key));
  // x = (label << 48) XOR salt, 112 bits; the counter block is x * 2^16 (RFC 3711 4.3.1 and 4.3.3).
  std::array<std::uint8_t, 16> iv{};
  std::memcpy(iv.data(), master.salt.data(), master.salt.size());
  iv[7] ^= static_cast<std::uint8_t>(label);
  std::memset(out.data(), 0, out.size());
  if (!cipher->crypt(iv.data(), out, out.data())) return fail(ErrorCode::internal, "AES-CTR");
  return {};
}

}  // namespace portico::protocol::srtp
