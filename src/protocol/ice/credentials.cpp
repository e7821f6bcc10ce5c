#include "protocol/ice/credentials.h"

#include <algorithm>

#include "codec/stun/message.h"

namespace portico::protocol::ice {
namespace {

constexpr std::size_t kUfragLength = 8;
constexpr std::size_t kPasswordLength = 24;

bool is_ice_text(std::string_view text, std::size_t min) {
  return text.size() >= min && text.size() <= 256 &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return ice_chars().find(c) != std::string_view::npos; });
}

}  // namespace

std::string_view ice_chars() {
  return "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}

Credentials generate_credentials(Random& random, std::string_view ufrag_prefix) {
  std::string ufrag(ufrag_prefix.substr(0, kUfragLength - 4));
  ufrag += random.text(kUfragLength - ufrag.size(), ice_chars());
  return {std::move(ufrag), random.text(kPasswordLength, ice_chars())};
}

bool valid(const Credentials& credentials) {
  return is_ice_text(credentials.ufrag, 4) && is_ice_text(credentials.pwd, 22);
}

std::optional<std::string_view> target_ufrag(Bytes datagram) {
  namespace stun = codec::stun;
  if (!stun::looks_like_stun(datagram)) return std::nullopt;
  auto message = stun::parse(datagram);
  if (!message || !message->is(stun::Class::request, stun::Method::binding)) return std::nullopt;
  auto username = message->username();
  if (!username) return std::nullopt;
  std::size_t colon = username->find(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  return username->substr(0, colon);
}

}  // namespace portico::protocol::ice
