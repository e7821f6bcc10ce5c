#pragma once
// Inside this folder only: converts between our structs and protobuf's generated classes. Each
// message lists its fields once, PORTICO_MESSAGE(Room, sid, name, ...), and gets encode(), decode()
// and the public templates of messages.h from that list; a field that is missing on either side
// does not compile, one missing in the list fails wire_test.

#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "codec/livekit/field_list.h"
#include "codec/livekit/messages.h"

namespace google::protobuf {
class Message;
}

namespace portico::codec::livekit {

// Specialised by PORTICO_MESSAGE: Wire<Room>::type is the generated class.
template <class Message>
struct Wire;

enum class JsonStyle : std::uint8_t { signalling, api };

Result<void> parse_wire(Bytes input, Framing framing, google::protobuf::Message& out);
std::string serialise_wire(const google::protobuf::Message& message, Framing framing,
                           JsonStyle style);

namespace wire {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_scalar = std::is_arithmetic_v<T> || std::is_enum_v<T>;

// Fields with a mutable_x() accessor: strings, messages, repeated fields and maps. `access` is
// called only for fields that shall be present.
template <class T, class Access>
void encode_field(const T& from, Access access) {
  encode(from, *access());
}
template <class Access>
void encode_field(const std::string& from, Access access) {
  *access() = from;
}
template <class T, class Access>
void encode_field(const std::optional<T>& from, Access access) {
  if (from) encode_field(*from, access);
}
template <class T, class Access>
void encode_field(const std::vector<T>& from, Access access) {
  auto* to = access();
  to->Reserve(static_cast<int>(from.size()));
  for (const T& element : from) {
    if constexpr (std::is_enum_v<T>) {
      to->Add(static_cast<int>(element));
    } else if constexpr (std::is_arithmetic_v<T>) {
      to->Add(element);
    } else {
      encode_field(element, [&] { return to->Add(); });
    }
  }
}
template <class Key, class T, class Access>
void encode_field(const std::map<Key, T>& from, Access access) {
  auto* to = access();
  for (const auto& [key, value] : from) {
    auto& slot = (*to)[key];
    encode_field(value, [&] { return &slot; });
  }
}

template <class To, class From>
void decode_field(const From& from, To& to) {
  if constexpr (std::is_enum_v<To>) {
    to = static_cast<To>(static_cast<int>(from));
  } else if constexpr (std::is_arithmetic_v<To> || std::is_same_v<To, std::string>) {
    to = from;
  } else {
    decode(from, to);
  }
}
template <class T, class From>
void decode_field(const From& from, std::vector<T>& to) {
  to.reserve(static_cast<std::size_t>(from.size()));
  for (const auto& element : from) decode_field(element, to.emplace_back());
}
template <class Key, class T, class From>
void decode_field(const From& from, std::map<Key, T>& to) {
  for (const auto& [key, value] : from) decode_field(value, to[key]);
}

}  // namespace wire

template <class Message>
Result<Message> parse_message(Bytes input, Framing framing) {
  typename Wire<Message>::type wire;
  if (auto parsed = parse_wire(input, framing, wire); !parsed) {
    return tl::unexpected(std::move(parsed).error());
  }
  Message message;
  decode(wire, message);
  return message;
}

template <class Message>
std::string serialise(const Message& message, Framing framing) {
  typename Wire<Message>::type wire;
  encode(message, wire);
  return serialise_wire(wire, framing, JsonStyle::signalling);
}

template <class Message>
std::string serialise_api(const Message& message, Framing framing) {
  typename Wire<Message>::type wire;
  encode(message, wire);
  return serialise_wire(wire, framing, JsonStyle::api);
}

}  // namespace portico::codec::livekit

#define PORTICO_ENCODE_FIELD(field)                                                    \
  if constexpr (requires { to.mutable_##field(); }) {                                  \
    wire::encode_field(from.field, [&] { return to.mutable_##field(); });              \
  } else if constexpr (wire::is_optional<std::remove_cvref_t<decltype(from.field)>>) { \
    if (from.field) to.set_##field(static_cast<decltype(to.field())>(*from.field));    \
  } else {                                                                             \
    to.set_##field(static_cast<decltype(to.field())>(from.field));                     \
  }

#define PORTICO_DECODE_FIELD(field)                                               \
  if constexpr (wire::is_optional<std::remove_cvref_t<decltype(to.field)>>) {     \
    if (from.has_##field()) wire::decode_field(from.field(), to.field.emplace()); \
  } else {                                                                        \
    wire::decode_field(from.field(), to.field);                                   \
  }

// Declares the pair for use in other files; the generated class is named by `generated`.
#define PORTICO_DECLARE_AS(Message, generated) \
  template <>                                  \
  struct Wire<Message> {                       \
    using type = generated;                    \
  };                                           \
  void encode(const Message&, generated&);     \
  void decode(const generated&, Message&);
#define PORTICO_DECLARE(Message) PORTICO_DECLARE_AS(Message, ::livekit::Message)

// Templates, so that branches which don't fit a field's kind are never instantiated; the last
// argument selects the message.
#define PORTICO_FIELDS(Message, ...)                                                    \
  template <class From, class To>                                                       \
  static void encode_fields([[maybe_unused]] const From& from, [[maybe_unused]] To& to, \
                            const Message*) {                                           \
    PORTICO_FOR_EACH(PORTICO_ENCODE_FIELD, __VA_ARGS__)                                 \
  }                                                                                     \
  template <class From, class To>                                                       \
  static void decode_fields([[maybe_unused]] const From& from, [[maybe_unused]] To& to, \
                            const Message*) {                                           \
    PORTICO_FOR_EACH(PORTICO_DECODE_FIELD, __VA_ARGS__)                                 \
  }

#define PORTICO_INSTANTIATE(Message)                                \
  template Result<Message> parse_message<Message>(Bytes, Framing);  \
  template std::string serialise<Message>(const Message&, Framing); \
  template std::string serialise_api<Message>(const Message&, Framing);

#define PORTICO_MESSAGE_AS(Message, generated, ...)                                   \
  PORTICO_FIELDS(Message __VA_OPT__(, ) __VA_ARGS__)                                  \
  void encode(const Message& from, generated& to) { encode_fields(from, to, &from); } \
  void decode(const generated& from, Message& to) { decode_fields(from, to, &to); }   \
  PORTICO_INSTANTIATE(Message)
#define PORTICO_MESSAGE(Message, ...) \
  PORTICO_MESSAGE_AS(Message, ::livekit::Message __VA_OPT__(, ) __VA_ARGS__)

// A message with a oneof: `list` is a macro X(Name, field) for each alternative, Name being the
// struct inside Message.
#define PORTICO_ONEOF_MESSAGE(Message, oneof, list, ...)     \
  PORTICO_FIELDS(Message __VA_OPT__(, ) __VA_ARGS__)         \
  template <class To>                                        \
  static void encode_oneof(const Message& from, To& to) {    \
    using Scope = Message;                                   \
    const auto& alternatives = from.oneof;                   \
    list(PORTICO_ENCODE_ALTERNATIVE)                         \
  }                                                          \
  void encode(const Message& from, ::livekit::Message& to) { \
    encode_fields(from, to, &from);                          \
    encode_oneof(from, to);                                  \
  }                                                          \
  void decode(const ::livekit::Message& from, Message& to) { \
    using Scope = Message;                                   \
    decode_fields(from, to, &to);                            \
    auto& alternatives = to.oneof;                           \
    list(PORTICO_DECODE_ALTERNATIVE)                         \
  }                                                          \
  PORTICO_INSTANTIATE(Message)

#define PORTICO_ENCODE_ALTERNATIVE(Name, field)                                     \
  if (const auto* alternative = std::get_if<Scope::Name>(&alternatives)) {          \
    if constexpr (requires { to.mutable_##field(); }) {                             \
      wire::encode_field(alternative->value, [&] { return to.mutable_##field(); }); \
    } else {                                                                        \
      to.set_##field(static_cast<decltype(to.field())>(alternative->value));        \
    }                                                                               \
  }
#define PORTICO_DECODE_ALTERNATIVE(Name, field) \
  if (from.has_##field())                       \
    wire::decode_field(from.field(), alternatives.emplace<Scope::Name>().value);
