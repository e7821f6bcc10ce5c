#include "codec/livekit/messages.h"

#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/json_util.h>

#include "codec/livekit/wire.h"

namespace portico::codec::livekit {
namespace {

// The runtime prints to stderr when text isn't UTF-8; a client must not be able to fill our logs
// that way. Parsing still fails, which is how the caller learns of it.
void silence_runtime() {
  static const bool silenced = [] {
    google::protobuf::SetLogHandler(nullptr);
    return true;
  }();
  static_cast<void>(silenced);
}

}  // namespace

Result<void> parse_wire(Bytes input, Framing framing, google::protobuf::Message& out) {
  silence_runtime();
  if (input.size() > kMaxMessage) return fail(ErrorCode::limit, "message is larger than 16 MiB");
  if (framing == Framing::binary) {
    if (out.ParseFromArray(input.data(), static_cast<int>(input.size()))) return {};
    return fail(ErrorCode::invalid, "not a protobuf " + out.GetTypeName());
  }
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(as_text(input).data(), input.size()), &out, options);
  if (status.ok()) return {};
  return fail(ErrorCode::invalid,
              "not a JSON " + out.GetTypeName() + ": " +
                  std::string(status.message().data(), status.message().size()));
}

std::string serialise_wire(const google::protobuf::Message& message, Framing framing,
                           JsonStyle style) {
  silence_runtime();
  if (framing == Framing::binary) return message.SerializeAsString();
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = style == JsonStyle::api;
  options.always_print_primitive_fields = style == JsonStyle::api;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  return status.ok() ? text : std::string();
}

}  // namespace portico::codec::livekit
