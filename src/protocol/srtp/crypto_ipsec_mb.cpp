#include "protocol/srtp/crypto.h"

#ifdef PORTICO_IPSEC_MB

#include <intel-ipsec-mb.h>

#include <array>

namespace portico::protocol::srtp {
namespace {

// The direct GCM functions of the best instruction set here. They keep no state of their own, so
// one immutable table serves all threads; the multi-buffer manager they come from is not kept.
struct Functions {
  aes_gcm_pre_t pre128 = nullptr, pre256 = nullptr;
  aes_gcm_enc_dec_t seal128 = nullptr, open128 = nullptr, seal256 = nullptr, open256 = nullptr;
};

// An empty table when the processor lacks AES-NI or carry-less multiplication: IPsec-MB's emulation
// is slower than OpenSSL.
Functions detect() {
  Functions found;
  std::unique_ptr<IMB_MGR, decltype(&free_mb_mgr)> manager(alloc_mb_mgr(0), &free_mb_mgr);
  if (!manager) return found;
  constexpr std::uint64_t kNeeded = IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ;
  init_mb_mgr_auto(manager.get(), nullptr);
  if (imb_get_errno(manager.get()) != 0 || (manager->features & kNeeded) != kNeeded) return found;
  found.pre128 = manager->gcm128_pre;
  found.pre256 = manager->gcm256_pre;
  found.seal128 = manager->gcm128_enc;
  found.open128 = manager->gcm128_dec;
  found.seal256 = manager->gcm256_enc;
  found.open256 = manager->gcm256_dec;
  return found;
}

class IpsecMbGcm final : public Aead {
 public:
  IpsecMbGcm(const Functions& functions, Bytes key)
      : seal_(key.size() == 16 ? functions.seal128 : functions.seal256),
        open_(key.size() == 16 ? functions.open128 : functions.open256) {
    (key.size() == 16 ? functions.pre128 : functions.pre256)(key.data(), &key_);
  }
  ~IpsecMbGcm() override { wipe({reinterpret_cast<std::uint8_t*>(&key_), sizeof(key_)}); }

  bool seal(const std::uint8_t* nonce, Bytes aad, Bytes plain,
            std::uint8_t* out) noexcept override {
    alignas(64) gcm_context_data context;
    seal_(&key_, &context, out, plain.data(), plain.size(), nonce, aad.data(), aad.size(),
          out + plain.size(), kGcmTagSize);
    return true;
  }

  bool open(const std::uint8_t* nonce, Bytes aad, MutableBytes data) noexcept override {
    alignas(64) gcm_context_data context;
    std::array<std::uint8_t, kGcmTagSize> tag;
    std::size_t size = data.size() - kGcmTagSize;
    open_(&key_, &context, data.data(), data.data(), size, nonce, aad.data(), aad.size(),
          tag.data(), tag.size());
    return equal_tags(tag, data.subspan(size));
  }

 private:
  aes_gcm_enc_dec_t seal_;
  aes_gcm_enc_dec_t open_;
  // The library stores with aligned instructions; its header asks for that only when LINUX is
  // defined.
  alignas(64) gcm_key_data key_;
};

// Test case 4 of the GCM specification (McGrew, Viega), the tag only: a library that gets this
// wrong is not used.
bool self_test(const Functions& functions) {
  constexpr std::array<std::uint8_t, 16> kKey = {0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65, 0x73, 0x1c,
                                                 0x6d, 0x6a, 0x8f, 0x94, 0x67, 0x30, 0x83, 0x08};
  constexpr std::array<std::uint8_t, 12> kNonce = {0xca, 0xfe, 0xba, 0xbe, 0xfa, 0xce,
                                                   0xdb, 0xad, 0xde, 0xca, 0xf8, 0x88};
  constexpr std::array<std::uint8_t, 20> kAad = {0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad, 0xbe,
                                                 0xef, 0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad,
                                                 0xbe, 0xef, 0xab, 0xad, 0xda, 0xd2};
  constexpr std::array<std::uint8_t, 60> kPlain = {
      0xd9, 0x31, 0x32, 0x25, 0xf8, 0x84, 0x06, 0xe5, 0xa5, 0x59, 0x09, 0xc5, 0xaf, 0xf5, 0x26,
      0x9a, 0x86, 0xa7, 0xa9, 0x53, 0x15, 0x34, 0xf7, 0xda, 0x2e, 0x4c, 0x30, 0x3d, 0x8a, 0x31,
      0x8a, 0x72, 0x1c, 0x3c, 0x0c, 0x95, 0x95, 0x68, 0x09, 0x53, 0x2f, 0xcf, 0x0e, 0x24, 0x49,
      0xa6, 0xb5, 0x25, 0xb1, 0x6a, 0xed, 0xf5, 0xaa, 0x0d, 0xe6, 0x57, 0xba, 0x63, 0x7b, 0x39};
  constexpr std::array<std::uint8_t, 16> kTag = {0x5b, 0xc9, 0x4f, 0xbc, 0x32, 0x21, 0xa5, 0xdb,
                                                 0x94, 0xfa, 0xe9, 0x5a, 0xe7, 0x12, 0x1a, 0x47};
  IpsecMbGcm gcm(functions, kKey);
  std::array<std::uint8_t, 76> out;
  gcm.seal(kNonce.data(), kAad, kPlain, out.data());
  if (!equal_tags(Bytes(out).subspan(60), kTag)) return false;
  return gcm.open(kNonce.data(), kAad, out) && std::memcmp(out.data(), kPlain.data(), 60) == 0;
}

const Functions* usable_functions() {
  static const Functions table = detect();
  static const bool usable = table.pre128 != nullptr && self_test(table);
  return usable ? &table : nullptr;
}

}  // namespace

std::unique_ptr<Aead> make_ipsec_mb_aead(Bytes key) {
  const Functions* functions = usable_functions();
  if (functions == nullptr || (key.size() != 16 && key.size() != 32)) return nullptr;
  return std::make_unique<IpsecMbGcm>(*functions, key);
}

}  // namespace portico::protocol::srtp

#else

namespace portico::protocol::srtp {
std::unique_ptr<Aead> make_ipsec_mb_aead(Bytes) { return nullptr; }
}  // namespace portico::protocol::srtp

#endif
