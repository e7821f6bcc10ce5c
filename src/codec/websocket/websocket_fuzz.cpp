#include <cstdlib>
#include <optional>

#include "codec/websocket/websocket.h"

namespace {

using portico::Bytes;
using portico::ByteVector;
using namespace portico::codec::websocket;

struct Run {
  std::vector<Message> messages;
  std::uint16_t failed = 0;
};

Run run(Bytes wire, std::size_t step) {
  Decoder decoder(Role::server, 4096);
  Run result;
  while (!wire.empty()) {
    Bytes piece = wire.first(std::min(step, wire.size()));
    wire = wire.subspan(piece.size());
    while (true) {
      auto next = decoder.next(piece);
      if (!next) {
        result.failed = decoder.close_code();
        return result;
      }
      if (!*next) break;
      if ((*next)->payload.size() > 4096) std::abort();
      result.messages.push_back(std::move(**next));
      if (result.messages.back().type == Opcode::close) return result;
    }
  }
  return result;
}

}  // namespace

// The pieces in which bytes arrive must not matter, and every message survives being sent again.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const Bytes wire(data + 1, size - 1);
  const Run whole = run(wire, wire.size() + 1);
  const Run pieces = run(wire, data[0] % 16 + 1U);
  if (whole.failed != pieces.failed || whole.messages.size() != pieces.messages.size())
    std::abort();
  for (std::size_t i = 0; i < whole.messages.size(); ++i) {
    const Message& message = whole.messages[i];
    if (message.payload != pieces.messages[i].payload) std::abort();
    ByteVector again;
    const std::array<std::uint8_t, 4> mask{1, 2, 3, 4};
    if (message.type == Opcode::close) {
      if (message.close_code == close_code::kNoStatus) continue;
      append_close(again, message.close_code, portico::as_text(message.payload), mask);
    } else {
      append_frame(again, message.type, message.payload, mask);
    }
    const Run back = run(again, 3);
    if (back.messages.size() != 1 || back.messages[0].payload != message.payload) std::abort();
  }
  return 0;
}
