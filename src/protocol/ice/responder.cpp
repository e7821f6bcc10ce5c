#include "protocol/ice/responder.h"

#include <array>

#include "codec/stun/writer.h"

namespace portico::protocol::ice {
namespace {

namespace stun = codec::stun;
using stun::Attribute;

constexpr std::uint32_t kStrangerAnswersPerSecond = 10;
constexpr std::size_t kMaxRatioTenths = 16;

constexpr std::array kUnderstood = {Attribute::username, Attribute::message_integrity,
                                    Attribute::message_integrity_sha256, Attribute::priority,
                                    Attribute::use_candidate};

}  // namespace

void Responder::rotate(Credentials local) {
  retired_ = std::move(current_);
  current_ = Generation(std::move(local));
}

const Responder::Generation* Responder::generation_of(std::string_view username) const {
  std::size_t colon = username.find(':');
  if (colon == std::string_view::npos) return nullptr;
  std::string_view target = username.substr(0, colon);
  if (target == current_.credentials.ufrag) return &current_;
  if (retired_ && target == retired_->credentials.ufrag) return &*retired_;
  return nullptr;
}

std::optional<ByteVector> Responder::refuse_stranger(const stun::Message& check, int code,
                                                     Instant now) {
  if (now - window_start_ >= 1s) {
    window_start_ = now;
    answers_in_window_ = 0;
  }
  if (answers_in_window_ >= kStrangerAnswersPerSecond) return std::nullopt;
  stun::Writer writer = stun::Writer::answer(check, stun::Class::error);
  writer.error(code, "");
  if (check.has(Attribute::fingerprint)) writer.fingerprint();
  if (writer.size() * 10 > check.bytes().size() * kMaxRatioTenths) return std::nullopt;
  ++answers_in_window_;
  return writer.take();
}

Responder::Judgement Responder::judge(const stun::Message& check, Instant now) {
  if (check.has(Attribute::fingerprint) && !check.verify_fingerprint()) return {};
  auto username = check.username();
  if (!username || !check.has(Attribute::message_integrity)) {
    return {Verdict::malformed, false, refuse_stranger(check, 400, now)};
  }
  const Generation* generation = generation_of(*username);
  if (generation == nullptr || !check.verify_integrity(generation->key)) {
    return {Verdict::unauthenticated, false, refuse_stranger(check, 401, now)};
  }
  bool is_retired = generation != &current_;
  auto unknown = check.unknown_required(kUnderstood);
  if (!unknown.empty()) {
    ByteVector answer = stun::Writer::answer(check, stun::Class::error)
                            .error(420, "Unknown Attribute")
                            .unknown_attributes(unknown)
                            .integrity(generation->key)
                            .fingerprint()
                            .take();
    return {Verdict::malformed, is_retired, std::move(answer)};
  }
  bool bad_role = (check.has(Attribute::ice_controlled) && !check.ice_controlled()) ||
                  (check.has(Attribute::ice_controlling) && !check.ice_controlling());
  if (!check.priority() || bad_role) {
    ByteVector answer = stun::Writer::answer(check, stun::Class::error)
                            .error(400, "Bad Request")
                            .integrity(generation->key)
                            .fingerprint()
                            .take();
    return {Verdict::malformed, is_retired, std::move(answer)};
  }
  return {Verdict::accepted, is_retired, std::nullopt};
}

ByteVector Responder::success(const stun::Message& check, const SocketAddress& source,
                              bool is_retired) const {
  const Generation& generation = is_retired && retired_ ? *retired_ : current_;
  return stun::Writer::answer(check, stun::Class::success)
      .xor_address(Attribute::xor_mapped_address, {source.ip.unmapped(), source.port})
      .integrity(generation.key)
      .fingerprint()
      .take();
}

ByteVector Responder::role_conflict(const stun::Message& check) const {
  return stun::Writer::answer(check, stun::Class::error)
      .error(487, "Role Conflict")
      .integrity(current_.key)
      .fingerprint()
      .take();
}

}  // namespace portico::protocol::ice
