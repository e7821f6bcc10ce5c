#include "protocol/dtls/datagram_bio.h"

#include <algorithm>
#include <cstring>

#include "protocol/dtls/transport.h"

namespace portico::protocol::dtls {
namespace {

DatagramPipe& pipe_of(BIO* bio) { return *static_cast<DatagramPipe*>(BIO_get_data(bio)); }

// A datagram longer than the buffer is cut, as recv() does; OpenSSL's buffer holds any record.
int read_datagram(BIO* bio, char* out, int size) {
  DatagramPipe& pipe = pipe_of(bio);
  BIO_clear_retry_flags(bio);
  if (pipe.incoming.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  std::size_t count = std::min(pipe.incoming.size(), static_cast<std::size_t>(size));
  std::memcpy(out, pipe.incoming.data(), count);
  pipe.incoming = {};
  return static_cast<int>(count);
}

// A full queue loses the datagram, as a network may.
int write_datagram(BIO* bio, const char* data, int size) {
  DatagramPipe& pipe = pipe_of(bio);
  BIO_clear_retry_flags(bio);
  if (pipe.outgoing.size() < kMaxQueuedTransmits) pipe.outgoing.emplace_back(data, data + size);
  return size;
}

long control(BIO*, int command, long, void*) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
      return static_cast<long>(kMtu);
    default:
      return 0;
  }
}

}  // namespace

BioMethod make_datagram_method() {
  BioMethod method(BIO_meth_new(BIO_TYPE_SOURCE_SINK, "datagram"));
  if (!method) return nullptr;
  BIO_meth_set_read(method.get(), read_datagram);
  BIO_meth_set_write(method.get(), write_datagram);
  BIO_meth_set_ctrl(method.get(), control);
  return method;
}

BIO* new_datagram_bio(const BIO_METHOD* method, DatagramPipe* pipe) {
  BIO* bio = BIO_new(method);
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, pipe);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace portico::protocol::dtls
