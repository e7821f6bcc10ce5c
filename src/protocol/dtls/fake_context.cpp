#include "protocol/dtls/fake_context.h"

#include <algorithm>
#include <array>
#include <deque>

#include "base/random.h"
#include "protocol/dtls/fingerprint.h"

namespace portico::protocol::dtls {
namespace {

// Wire form of every datagram; the first byte is a DTLS content type.
//   0      1..2   3     4..11         12..
//   type | fefd | kind | checksum 8 | body
constexpr std::size_t kHeader = 12;
constexpr std::uint8_t kHandshake = 22, kAlert = 21, kApplication = 23;
enum class Kind : std::uint8_t { hello = 1, answer = 2, finished = 3, close = 4, data = 5 };
constexpr int kMaxTries = 12;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x =
      (a ^ (b + 0x9e37'79b9'7f4a'7c15ULL + (a << 6) + (a >> 2))) * 0xbf58'476d'1ce4'e5b9ULL;
  return x ^ (x >> 29);
}

std::uint64_t checksum(std::uint64_t key, Bytes body) {
  std::uint64_t sum = mix(key, body.size());
  for (std::uint8_t byte : body) sum = mix(sum, byte);
  return sum;
}

ByteVector expand(std::uint64_t seed, std::size_t size) {
  ByteVector out(size);
  SeededRandom(seed).fill(out);
  return out;
}

ByteVector fake_digest(std::uint64_t seed) { return expand(mix(seed, 0xce47), 32); }

class FakeTransport final : public Transport {
 public:
  FakeTransport(Role role, std::uint64_t seed, std::uint64_t nonce, srtp::Profile profile)
      : role_(role), seed_(seed), nonce_(nonce), profile_(profile) {}

  Result<void> set_remote_fingerprint(std::string_view hash, std::string_view value) override {
    PORTICO_TRY(fingerprint, parse_fingerprint(hash, value));
    if (fingerprint.hash != Hash::sha256) return fail(ErrorCode::unsupported, "fingerprint hash");
    if (state_ == State::connected) {
      if (fingerprint.digest != fake_digest(peer_seed_)) {
        return fail(ErrorCode::conflict, "connected to a peer with another certificate");
      }
      return {};
    }
    expected_ = fingerprint.digest;
    check_fingerprint();
    return {};
  }

  void start(Instant now) override {
    if (state_ != State::new_) return;
    state_ = State::connecting;
    if (role_ == Role::client) send_flight(Kind::hello, now);
  }

  void receive(Bytes datagram, Instant now) override {
    if (over() || datagram.size() < kHeader) return;
    if (state_ == State::new_) state_ = State::connecting;
    auto kind = static_cast<Kind>(datagram[3]);
    Bytes body = datagram.subspan(kHeader);
    std::uint64_t key = kind == Kind::hello || kind == Kind::answer ? 0 : session_key();
    if (load64(datagram.data() + 4) != checksum(key, body)) return;
    if (role_ == Role::server && kind == Kind::hello && body.size() == 16 && !handshake_done_) {
      learn_peer(body);
      send_flight(Kind::answer, now);
    } else if (role_ == Role::client && kind == Kind::answer && body.size() == 16) {
      learn_peer(body);
      push(kHandshake, Kind::finished, {}, session_key());
      finish();
    } else if (kind == Kind::finished && role_ == Role::server && peer_known_ && !handshake_done_) {
      finish();
    } else if (kind == Kind::data && peer_known_ && handshake_done_) {
      if (received_.size() < kMaxQueuedReceived) received_.emplace_back(body.begin(), body.end());
    } else if (kind == Kind::close && handshake_done_) {
      state_ = State::closed;
      deadline_.reset();
    }
  }

  std::optional<ByteVector> poll_transmit() override { return pop(outgoing_); }

  void timeout(Instant now) override {
    if (over() || !deadline_ || now < *deadline_) return;
    if (++tries_ > kMaxTries) return give_up("the DTLS handshake timed out");
    wait_ = std::min(wait_ * 2, kLastRetransmit);
    push_flight();
    deadline_ = now + wait_;
  }

  std::optional<Instant> next_deadline() const override { return deadline_; }
  State state() const override { return state_; }
  const std::string& failure() const override { return failure_; }
  std::string remote_fingerprint() const override {
    return handshake_done_ ? fingerprint_text(fake_digest(peer_seed_)) : std::string();
  }
  const SrtpKeys* srtp_keys() const override {
    return state_ == State::connected ? &keys_ : nullptr;
  }

  Result<void> send(Bytes plaintext, Instant) override {
    if (state_ != State::connected) return fail(ErrorCode::conflict, "DTLS is not connected");
    if (plaintext.empty() || plaintext.size() > kMaxPlaintext) {
      return fail(ErrorCode::limit, "DTLS datagram size");
    }
    if (outgoing_.size() >= kMaxQueuedTransmits) return fail(ErrorCode::limit, "DTLS send queue");
    push(kApplication, Kind::data, plaintext, session_key());
    return {};
  }

  std::optional<ByteVector> poll_received() override {
    if (!verified_) return std::nullopt;
    return pop(received_);
  }

  void close() override {
    if (over()) return;
    if (handshake_done_) push(kAlert, Kind::close, {}, session_key());
    state_ = State::closed;
    deadline_.reset();
  }

 private:
  bool over() const { return state_ == State::closed || state_ == State::failed; }

  static std::optional<ByteVector> pop(std::deque<ByteVector>& queue) {
    if (queue.empty()) return std::nullopt;
    ByteVector front = std::move(queue.front());
    queue.pop_front();
    return front;
  }

  // Symmetric in both sides, so that each can compute it.
  std::uint64_t session_key() const {
    std::uint64_t client = role_ == Role::client ? nonce_ : peer_nonce_;
    std::uint64_t server = role_ == Role::client ? peer_nonce_ : nonce_;
    return peer_known_ ? mix(mix(client, server), 1) : 1;
  }

  void push(std::uint8_t type, Kind kind, Bytes body, std::uint64_t key) {
    if (outgoing_.size() >= kMaxQueuedTransmits) return;
    ByteWriter writer;
    writer.u8(type);
    writer.u16(0xfefd);
    writer.u8(static_cast<std::uint8_t>(kind));
    writer.u64(checksum(key, body));
    writer.bytes(body);
    // looks_like_dtls() wants the size of a record header at least.
    outgoing_.push_back(writer.take());
    if (outgoing_.back().size() < 13) pad(outgoing_.back(), key);
  }

  void push_flight() {
    std::array<std::uint8_t, 16> body;
    store64(body.data(), nonce_);
    store64(body.data() + 8, seed_);
    push(kHandshake, flight_, body, 0);
  }

  void send_flight(Kind kind, Instant now) {
    flight_ = kind;
    wait_ = kFirstRetransmit;
    tries_ = 0;
    push_flight();
    deadline_ = now + wait_;
  }

  void learn_peer(Bytes body) {
    if (handshake_done_) return;
    peer_known_ = true;
    peer_nonce_ = load64(body.data());
    peer_seed_ = load64(body.data() + 8);
  }

  void finish() {
    if (handshake_done_) return;
    handshake_done_ = true;
    deadline_.reset();
    auto part = [this](std::uint64_t label, std::size_t size) {
      return expand(mix(session_key(), label), size);
    };
    keys_.profile = profile_;
    keys_.client = {part(2, srtp::key_size(profile_)), part(3, srtp::salt_size(profile_))};
    keys_.server = {part(4, srtp::key_size(profile_)), part(5, srtp::salt_size(profile_))};
    check_fingerprint();
  }

  void check_fingerprint() {
    if (!handshake_done_ || over() || expected_.empty()) return;
    if (expected_ != fake_digest(peer_seed_)) {
      push(kAlert, Kind::close, {}, session_key());
      return give_up("the DTLS peer's certificate doesn't match its fingerprint");
    }
    verified_ = true;
    state_ = State::connected;
  }

  void give_up(std::string reason) {
    state_ = State::failed;
    failure_ = std::move(reason);
    deadline_.reset();
    received_.clear();
  }

  static void pad(ByteVector& datagram, std::uint64_t key) {
    datagram.push_back(0);
    store64(datagram.data() + 4, checksum(key, Bytes(datagram).subspan(kHeader)));
  }

  Role role_;
  std::uint64_t seed_;
  std::uint64_t nonce_;
  srtp::Profile profile_;
  State state_ = State::new_;
  std::string failure_;
  bool peer_known_ = false;
  bool handshake_done_ = false;
  bool verified_ = false;
  std::uint64_t peer_nonce_ = 0;
  std::uint64_t peer_seed_ = 0;
  ByteVector expected_;
  SrtpKeys keys_;
  Kind flight_ = Kind::hello;
  int tries_ = 0;
  Duration wait_ = kFirstRetransmit;
  std::optional<Instant> deadline_;
  std::deque<ByteVector> outgoing_;  // at most kMaxQueuedTransmits
  std::deque<ByteVector> received_;  // at most kMaxQueuedReceived
};

}  // namespace

FakeContext::FakeContext(std::uint64_t seed, srtp::Profile profile)
    : seed_(seed), profile_(profile), fingerprint_(fingerprint_text(fake_digest(seed))) {}

Result<std::unique_ptr<Transport>> FakeContext::create(Role role) const {
  return std::make_unique<FakeTransport>(role, seed_, mix(seed_, ++created_), profile_);
}

}  // namespace portico::protocol::dtls
