#pragma once
// An OpenSSL BIO that keeps datagrams apart: one read takes one datagram, one write makes one. (A
// memory BIO glues them together.) Internal to this folder.

#include <openssl/bio.h>

#include <deque>
#include <memory>

#include "base/bytes.h"

namespace portico::protocol::dtls {

// The two ends of a BIO. It must not move while the BIO lives.
struct DatagramPipe {
  Bytes incoming;                   // the datagram being received; empty: none (not owned)
  std::deque<ByteVector> outgoing;  // at most kMaxQueuedTransmits
};

struct BioMethodFree {
  void operator()(BIO_METHOD* p) const { BIO_meth_free(p); }
};
using BioMethod = std::unique_ptr<BIO_METHOD, BioMethodFree>;

// The method must outlive its BIOs. Null when memory is out.
BioMethod make_datagram_method();
BIO* new_datagram_bio(const BIO_METHOD* method, DatagramPipe* pipe);

}  // namespace portico::protocol::dtls
