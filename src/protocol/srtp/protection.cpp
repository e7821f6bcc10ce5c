#include "protocol/srtp/protection.h"

#include <array>

#include "protocol/srtp/key_derivation.h"

namespace portico::protocol::srtp {
namespace {

constexpr std::size_t kRtcpHeader = 8;
constexpr std::size_t kSha1Tag = 10;
using Block = std::array<std::uint8_t, 16>;

void xor32(std::uint8_t* p, std::uint32_t v) { store32(p, load32(p) ^ v); }
void xor16(std::uint8_t* p, std::uint16_t v) {
  store16(p, static_cast<std::uint16_t>(load16(p) ^ v));
}

void copy_header(Bytes header, std::uint8_t* out) {
  if (out != header.data()) std::memmove(out, header.data(), header.size());
}

// RFC 7714.
class AeadProtection final : public Protection {
 public:
  AeadProtection(std::unique_ptr<Aead> rtp, std::unique_ptr<Aead> rtcp, Block rtp_salt,
                 Block rtcp_salt)
      : rtp_(std::move(rtp)), rtcp_(std::move(rtcp)), rtp_salt_(rtp_salt), rtcp_salt_(rtcp_salt) {}

  bool seal_rtp(Bytes header, Bytes payload, std::uint64_t index,
                std::uint8_t* out) noexcept override {
    Block nonce = rtp_nonce(header.data(), index);
    copy_header(header, out);
    return rtp_->seal(nonce.data(), Bytes(out, header.size()), payload, out + header.size());
  }

  bool open_rtp(MutableBytes packet, std::size_t header_size,
                std::uint64_t index) noexcept override {
    Block nonce = rtp_nonce(packet.data(), index);
    return rtp_->open(nonce.data(), packet.first(header_size), packet.subspan(header_size));
  }

  // header | ciphertext | tag | E + index; associated data: header || E + index (RFC 7714 section
  // 9).
  bool seal_rtcp(Bytes plain, std::uint32_t index, std::uint8_t* out) noexcept override {
    Block nonce = rtcp_nonce(plain.data(), index);
    copy_header(plain.first(kRtcpHeader), out);
    auto aad = rtcp_aad(out, index | kRtcpEncrypted);
    if (!rtcp_->seal(nonce.data(), aad, plain.subspan(kRtcpHeader), out + kRtcpHeader))
      return false;
    store32(out + plain.size() + kGcmTagSize, index | kRtcpEncrypted);
    return true;
  }

  bool open_rtcp(MutableBytes packet) noexcept override {
    std::uint32_t word = rtcp_index_word(packet);
    Block nonce = rtcp_nonce(packet.data(), word & ~kRtcpEncrypted);
    auto aad = rtcp_aad(packet.data(), word);
    return rtcp_->open(nonce.data(), aad,
                       packet.subspan(kRtcpHeader, packet.size() - kRtcpHeader - 4));
  }

  std::uint32_t rtcp_index_word(Bytes packet) const noexcept override {
    return load32(packet.data() + packet.size() - 4);
  }

 private:
  // 00 00 | SSRC | ROC | SEQ, XOR salt (RFC 7714 8.1).
  Block rtp_nonce(const std::uint8_t* header, std::uint64_t index) const {
    Block nonce = rtp_salt_;
    xor32(nonce.data() + 2, load32(header + 8));
    xor32(nonce.data() + 6, static_cast<std::uint32_t>(index >> 16));
    xor16(nonce.data() + 10, static_cast<std::uint16_t>(index));
    return nonce;
  }
  // 00 00 | SSRC | 00 00 | index, XOR salt (RFC 7714 9.1).
  Block rtcp_nonce(const std::uint8_t* header, std::uint32_t index) const {
    Block nonce = rtcp_salt_;
    xor32(nonce.data() + 2, load32(header + 4));
    xor32(nonce.data() + 8, index);
    return nonce;
  }
  static std::array<std::uint8_t, 12> rtcp_aad(const std::uint8_t* header, std::uint32_t word) {
    std::array<std::uint8_t, 12> aad;
    std::memcpy(aad.data(), header, kRtcpHeader);
    store32(aad.data() + kRtcpHeader, word);
    return aad;
  }

  std::unique_ptr<Aead> rtp_;
  std::unique_ptr<Aead> rtcp_;
  Block rtp_salt_;
  Block rtcp_salt_;
};

struct CounterKeys {
  std::unique_ptr<CounterMode> cipher;
  std::unique_ptr<HmacSha1> hmac;
  Block salt{};  // 14 bytes and two zeros, where the block counter goes
};

// AES_CM_128_HMAC_SHA1_80 (RFC 3711 4.1.1, 4.2.1).
class CounterProtection final : public Protection {
 public:
  CounterProtection(CounterKeys rtp, CounterKeys rtcp)
      : rtp_(std::move(rtp)), rtcp_(std::move(rtcp)) {}

  bool seal_rtp(Bytes header, Bytes payload, std::uint64_t index,
                std::uint8_t* out) noexcept override {
    Block iv = counter_block(rtp_.salt, load32(header.data() + 8), index);
    copy_header(header, out);
    if (!rtp_.cipher->crypt(iv.data(), payload, out + header.size())) return false;
    std::size_t size = header.size() + payload.size();
    auto tag = rtp_tag(Bytes(out, size), index);
    std::memcpy(out + size, tag.data(), kSha1Tag);
    return true;
  }

  bool open_rtp(MutableBytes packet, std::size_t header_size,
                std::uint64_t index) noexcept override {
    MutableBytes body = packet.first(packet.size() - kSha1Tag);
    auto tag = rtp_tag(body, index);
    if (!equal_tags(Bytes(tag).first(kSha1Tag), packet.subspan(body.size()))) return false;
    Block iv = counter_block(rtp_.salt, load32(packet.data() + 8), index);
    MutableBytes payload = body.subspan(header_size);
    return rtp_.cipher->crypt(iv.data(), payload, payload.data());
  }

  // header | ciphertext | E + index | tag; the tag covers all before it (RFC 3711 3.4).
  bool seal_rtcp(Bytes plain, std::uint32_t index, std::uint8_t* out) noexcept override {
    Block iv = counter_block(rtcp_.salt, load32(plain.data() + 4), index);
    copy_header(plain.first(kRtcpHeader), out);
    if (!rtcp_.cipher->crypt(iv.data(), plain.subspan(kRtcpHeader), out + kRtcpHeader))
      return false;
    store32(out + plain.size(), index | kRtcpEncrypted);
    std::array<std::uint8_t, 20> tag;
    rtcp_.hmac->tag(Bytes(out, plain.size() + 4), {}, tag.data());
    std::memcpy(out + plain.size() + 4, tag.data(), kSha1Tag);
    return true;
  }

  bool open_rtcp(MutableBytes packet) noexcept override {
    MutableBytes body = packet.first(packet.size() - kSha1Tag);
    std::array<std::uint8_t, 20> tag;
    rtcp_.hmac->tag(body, {}, tag.data());
    if (!equal_tags(Bytes(tag).first(kSha1Tag), packet.subspan(body.size()))) return false;
    std::uint32_t index = rtcp_index_word(packet) & ~kRtcpEncrypted;
    Block iv = counter_block(rtcp_.salt, load32(packet.data() + 4), index);
    MutableBytes text = body.subspan(kRtcpHeader, body.size() - kRtcpHeader - 4);
    return rtcp_.cipher->crypt(iv.data(), text, text.data());
  }

  std::uint32_t rtcp_index_word(Bytes packet) const noexcept override {
    return load32(packet.data() + packet.size() - kSha1Tag - 4);
  }

 private:
  // (salt * 2^16) XOR (SSRC * 2^64) XOR (index * 2^16).
  static Block counter_block(const Block& salt, std::uint32_t ssrc, std::uint64_t index) {
    Block iv = salt;
    xor32(iv.data() + 4, ssrc);
    xor16(iv.data() + 8, static_cast<std::uint16_t>(index >> 32));
    xor32(iv.data() + 10, static_cast<std::uint32_t>(index));
    return iv;
  }
  // M = packet || ROC (RFC 3711 4.2).
  std::array<std::uint8_t, 20> rtp_tag(Bytes packet, std::uint64_t index) {
    std::array<std::uint8_t, 4> roc;
    std::array<std::uint8_t, 20> tag;
    store32(roc.data(), static_cast<std::uint32_t>(index >> 16));
    rtp_.hmac->tag(packet, roc, tag.data());
    return tag;
  }

  CounterKeys rtp_;
  CounterKeys rtcp_;
};

Result<std::unique_ptr<Aead>> derived_aead(Profile profile, const KeyMaterial& master,
                                           KeyLabel label, Direction direction, Backend backend) {
  std::array<std::uint8_t, 32> key;
  MutableBytes used = MutableBytes(key).first(key_size(profile));
  auto derived = derive_key(master, label, used);
  if (!derived) return tl::unexpected<Error>(derived.error());
  auto aead = make_aead(backend, direction, used);
  wipe(key);
  return aead;
}

Result<Block> derived_salt(Profile profile, const KeyMaterial& master, KeyLabel label) {
  Block salt{};
  auto derived = derive_key(master, label, MutableBytes(salt).first(salt_size(profile)));
  if (!derived) return tl::unexpected<Error>(derived.error());
  return salt;
}

Result<CounterKeys> derived_counter_keys(const KeyMaterial& master, KeyLabel encryption,
                                         KeyLabel authentication, KeyLabel salt) {
  CounterKeys keys;
  std::array<std::uint8_t, 16> cipher_key;
  std::array<std::uint8_t, 20> hmac_key;
  auto first = derive_key(master, encryption, cipher_key);
  if (!first) return tl::unexpected<Error>(first.error());
  auto second = derive_key(master, authentication, hmac_key);
  if (!second) return tl::unexpected<Error>(second.error());
  PORTICO_TRY(cipher, make_counter_mode(cipher_key));
  PORTICO_TRY(hmac, make_hmac_sha1(hmac_key));
  PORTICO_TRY(salt_block, derived_salt(Profile::aes128_cm_sha1_80, master, salt));
  keys.cipher = std::move(cipher);
  keys.hmac = std::move(hmac);
  keys.salt = salt_block;
  wipe(cipher_key);
  wipe(hmac_key);
  return keys;
}

}  // namespace

Result<std::unique_ptr<Protection>> make_protection(Profile profile, const KeyMaterial& master,
                                                    Direction direction, Backend backend) {
  if (master.key.size() != key_size(profile) || master.salt.size() != salt_size(profile)) {
    return fail(ErrorCode::invalid, "SRTP master key or salt size");
  }
  if (is_aead(profile)) {
    PORTICO_TRY(rtp, derived_aead(profile, master, KeyLabel::rtp_encryption, direction, backend));
    PORTICO_TRY(rtcp, derived_aead(profile, master, KeyLabel::rtcp_encryption, direction, backend));
    PORTICO_TRY(rtp_salt, derived_salt(profile, master, KeyLabel::rtp_salt));
    PORTICO_TRY(rtcp_salt, derived_salt(profile, master, KeyLabel::rtcp_salt));
    return std::make_unique<AeadProtection>(std::move(rtp), std::move(rtcp), rtp_salt, rtcp_salt);
  }
  PORTICO_TRY(rtp, derived_counter_keys(master, KeyLabel::rtp_encryption,
                                        KeyLabel::rtp_authentication, KeyLabel::rtp_salt));
  PORTICO_TRY(rtcp, derived_counter_keys(master, KeyLabel::rtcp_encryption,
                                         KeyLabel::rtcp_authentication, KeyLabel::rtcp_salt));
  return std::make_unique<CounterProtection>(std::move(rtp), std::move(rtcp));
}

}  // namespace portico::protocol::srtp
