#include <cstdlib>

#include "io/http/parser.h"

namespace {

using portico::Bytes;
using portico::io::http::RequestParser;

struct Run {
  bool failed = false;
  bool complete = false;
  std::string method, path, query, body;
  std::size_t fields = 0;
};

// Feeds pieces of `step` bytes, as a connection does.
Run run(Bytes wire, std::size_t step) {
  RequestParser parser(2048, 16);
  portico::ByteVector buffer;
  Run result;
  while (!wire.empty()) {
    const Bytes piece = wire.first(std::min(step, wire.size()));
    wire = wire.subspan(piece.size());
    buffer.insert(buffer.end(), piece.begin(), piece.end());
    while (true) {
      auto got = parser.put(buffer);
      if (!got) {
        if (parser.status() < 400 || parser.status() > 505) std::abort();
        result.failed = true;
        return result;
      }
      if (got->consumed > buffer.size()) std::abort();
      buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(got->consumed));
      if (got->progress == RequestParser::Progress::header) {
        parser.set_max_body(512);
        continue;
      }
      if (got->progress == RequestParser::Progress::complete) {
        const auto& request = parser.request();
        if (request.body.size() > 512) std::abort();
        if (!request.path.starts_with('/') && request.path != "*") std::abort();
        result.complete = true;
        result.method = request.method;
        result.path = request.path;
        result.query = request.query;
        result.body = request.body;
        result.fields = request.headers.size();
        return result;
      }
      if (buffer.size() > 2048 + 16 + step) std::abort();
      break;
    }
  }
  return result;
}

}  // namespace

// The sizes of the pieces never change what is understood.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const Bytes wire(data + 1, size - 1);
  const Run whole = run(wire, wire.size() + 1);
  const Run pieces = run(wire, data[0] % 32 + 1U);
  // A refusal may come earlier or later, an acceptance may not differ.
  if (whole.complete != pieces.complete) std::abort();
  if (whole.complete &&
      (whole.method != pieces.method || whole.path != pieces.path || whole.body != pieces.body ||
       whole.query != pieces.query || whole.fields != pieces.fields)) {
    std::abort();
  }
  return 0;
}
