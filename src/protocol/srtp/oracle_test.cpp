// Debian's libsrtp2 must read what we write and the other way round.
#ifdef PORTICO_LIBSRTP2

#include <gtest/gtest.h>
#include <srtp2/srtp.h>

#include <memory>

#include "protocol/srtp/receiver.h"
#include "protocol/srtp/sender.h"
#include "protocol/srtp/test_support.h"

namespace portico::protocol::srtp {
namespace {

class Oracle {
 public:
  Oracle(Profile profile, const KeyMaterial& keys, srtp_ssrc_type_t direction) {
    srtp_init();
    srtp_policy_t policy{};
    switch (profile) {
      case Profile::aead_aes_128_gcm:
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
        break;
      case Profile::aead_aes_256_gcm:
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtcp);
        break;
      case Profile::aes128_cm_sha1_80:
        srtp_crypto_policy_set_rtp_default(&policy.rtp);
        srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
        break;
    }
    ByteVector both = keys.key;
    both.insert(both.end(), keys.salt.begin(), keys.salt.end());
    policy.ssrc.type = direction;
    policy.key = both.data();
    policy.window_size = 1024;
    EXPECT_EQ(srtp_create(&session_, &policy), srtp_err_status_ok);
  }
  ~Oracle() { srtp_dealloc(session_); }
  Oracle(const Oracle&) = delete;

  ByteVector protect(ByteVector packet) { return run(srtp_protect, std::move(packet)); }
  ByteVector unprotect(ByteVector packet) { return run(srtp_unprotect, std::move(packet)); }
  ByteVector protect_rtcp(ByteVector packet) { return run(srtp_protect_rtcp, std::move(packet)); }
  ByteVector unprotect_rtcp(ByteVector packet) {
    return run(srtp_unprotect_rtcp, std::move(packet));
  }

 private:
  template <class Function>
  ByteVector run(Function function, ByteVector packet) {
    int size = static_cast<int>(packet.size());
    packet.resize(packet.size() + SRTP_MAX_TRAILER_LEN + 4);
    EXPECT_EQ(function(session_, packet.data(), &size), srtp_err_status_ok);
    packet.resize(static_cast<std::size_t>(size));
    return packet;
  }
  srtp_t session_ = nullptr;
};

struct Case {
  Profile profile;
  Backend backend;
};

class SrtpOracle : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (!backend_available(GetParam().backend)) GTEST_SKIP() << "backend not available here";
  }
};

// Three streams; sequence numbers start high and wrap twice; headers with and without CSRC and
// extension; odd sizes.
template <class Function>
void for_each_packet(Function function) {
  for (std::uint32_t step = 0; step < 600; ++step) {
    for (std::uint32_t ssrc : {1U, 0xffff'ffffU, 0x1234'5678U}) {
      auto sequence = static_cast<std::uint16_t>(32'000 + step * 251);
      function(rtp_header(sequence, ssrc, step % 3 == 0),
               pattern(step % 97 * 13, static_cast<std::uint8_t>(step)));
    }
  }
}

TEST_P(SrtpOracle, LibsrtpOpensOurRtp) {
  auto [profile, backend] = GetParam();
  Sender sender = *Sender::create(profile, test_keys(profile), {.backend = backend});
  Oracle oracle(profile, test_keys(profile), ssrc_any_inbound);
  for_each_packet([&](ByteVector header, ByteVector payload) {
    ByteVector out(header.size() + payload.size() + kMaxOverhead);
    out.resize(*sender.seal_rtp(header, payload, out));
    header.insert(header.end(), payload.begin(), payload.end());
    ASSERT_EQ(oracle.unprotect(out), header);
  });
}

TEST_P(SrtpOracle, WeOpenLibsrtpsRtp) {
  auto [profile, backend] = GetParam();
  Receiver receiver = *Receiver::create(profile, test_keys(profile), {.backend = backend});
  Oracle oracle(profile, test_keys(profile), ssrc_any_outbound);
  for_each_packet([&](ByteVector header, ByteVector payload) {
    header.insert(header.end(), payload.begin(), payload.end());
    ByteVector packet = oracle.protect(header);
    auto plain = receiver.open_rtp(packet);
    ASSERT_TRUE(plain) << plain.error().message;
    ASSERT_EQ(ByteVector(plain->begin(), plain->end()), header);
  });
}

TEST_P(SrtpOracle, RtcpBothWays) {
  auto [profile, backend] = GetParam();
  Sender sender = *Sender::create(profile, test_keys(profile), {.backend = backend});
  Receiver receiver = *Receiver::create(profile, test_keys(profile), {.backend = backend});
  Oracle inbound(profile, test_keys(profile), ssrc_any_inbound);
  Oracle outbound(profile, test_keys(profile), ssrc_any_outbound);
  for (std::uint32_t i = 0; i < 100; ++i) {
    ByteVector plain = rtcp_packet(5 + i % 3, i % 31);
    ByteVector out(plain.size() + kMaxOverhead);
    out.resize(*sender.seal_rtcp(plain, out));
    ASSERT_EQ(inbound.unprotect_rtcp(out), plain);
    ByteVector theirs = outbound.protect_rtcp(plain);
    auto opened = receiver.open_rtcp(theirs);
    ASSERT_TRUE(opened) << opened.error().message;
    ASSERT_EQ(ByteVector(opened->begin(), opened->end()), plain);
  }
}

INSTANTIATE_TEST_SUITE_P(All, SrtpOracle,
                         testing::Values(Case{Profile::aead_aes_128_gcm, Backend::openssl},
                                         Case{Profile::aead_aes_256_gcm, Backend::openssl},
                                         Case{Profile::aes128_cm_sha1_80, Backend::openssl},
                                         Case{Profile::aead_aes_128_gcm, Backend::ipsec_mb},
                                         Case{Profile::aead_aes_256_gcm, Backend::ipsec_mb}));

}  // namespace
}  // namespace portico::protocol::srtp

#endif
