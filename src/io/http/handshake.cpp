// The opening handshake of RFC 6455 section 4.2.

#include <openssl/evp.h>

#include <array>

#include "codec/base64/base64.h"
#include "io/http/message.h"

namespace portico::io::http {
namespace {

// Section 1.3: the server proves that it has understood by hashing the client's key with this
// string.
constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

std::string accept_key(std::string_view key) {
  const std::string text = std::string(key) + std::string(kGuid);
  std::array<std::uint8_t, 20> hash{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha1(), nullptr);
  return codec::base64::encode(hash);
}

}  // namespace

Response accept_websocket(const Request& request, WebSocketHandler handler) {
  if (request.method != "GET" || request.http_1_0 || !request.wants_websocket()) {
    Response response =
        Response::error(426, "invalid_argument", "this address speaks WebSocket only");
    response.headers.add("Upgrade", "websocket");
    response.headers.add("Connection", "Upgrade");
    return response;
  }
  if (request.headers.get("Sec-WebSocket-Version") != "13") {
    Response response =
        Response::error(426, "invalid_argument", "only version 13 of WebSocket is spoken here");
    response.headers.add("Sec-WebSocket-Version", "13");
    return response;
  }
  const std::string_view key = request.headers.get("Sec-WebSocket-Key");
  const auto nonce = codec::base64::decode(key, codec::base64::Alphabet::standard,
                                           codec::base64::Padding::required);
  if (!nonce || nonce->size() != 16) {
    return Response::error(400, "invalid_argument", "Sec-WebSocket-Key is not 16 bytes in base64");
  }
  Response response = Response::empty(101);
  response.headers.add("Upgrade", "websocket");
  response.headers.add("Connection", "Upgrade");
  response.headers.add("Sec-WebSocket-Accept", accept_key(key));
  response.upgrade = std::move(handler);
  return response;
}

}  // namespace portico::io::http
