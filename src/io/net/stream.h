#pragma once
// A byte stream to one peer, plain or inside TLS, as coroutines see it. One reader and one writer
// at a time, which may be two different coroutines. All of it happens on the stream's loop.
//
// Ending: close() makes pending and future calls fail with `closed`; the stream may be destroyed
// once those calls have returned (keep the coroutines that use it in a Gate).

#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/socket_address.h"
#include "base/time.h"
#include "io/runtime/fd.h"
#include "io/runtime/loop.h"
#include "io/runtime/task.h"

namespace portico::io::net {

class Stream {
 public:
  virtual ~Stream() = default;

  // At least one byte, at most the buffer; 0 means that the peer has ended its side in good order.
  // The buffer must live until the call returns. Errors: closed (reset, or close() here), timeout
  // (deadline), io (TLS failure; the message says which).
  virtual runtime::Task<Result<std::size_t>> read(MutableBytes buffer) = 0;
  // Writes all. `data` must live until the call returns. Errors as read().
  virtual runtime::Task<Result<void>> write(Bytes data) = 0;
  // Ends our side in good order (TLS close_notify, TCP FIN); reading goes on.
  virtual runtime::Task<Result<void>> finish() = 0;
  // Puts bytes back in front of what read() will return next. At most 64 KiB in all; more aborts.
  virtual void unread(Bytes data) = 0;
  // From that instant on pending and future reads (writes) fail with `timeout`; nullopt lifts it.
  virtual void set_read_deadline(std::optional<Instant> deadline) = 0;
  virtual void set_write_deadline(std::optional<Instant> deadline) = 0;
  virtual void close() = 0;

  virtual runtime::Loop& loop() const = 0;
  virtual const SocketAddress& local() const = 0;
  virtual const SocketAddress& remote() const = 0;
  virtual bool secure() const = 0;
  // The protocol agreed by ALPN; empty without TLS or agreement.
  virtual std::string_view alpn() const { return {}; }

  // Keeps `guard` alive as long as the stream: how the door counts open connections.
  void hold(std::shared_ptr<void> guard) { guard_ = std::move(guard); }

 private:
  std::shared_ptr<void> guard_;  // shared: type-erased ownership only
};

// What a connected socket's two ends are called.
struct Endpoints {
  SocketAddress local;
  SocketAddress remote;
};

// TCP without TLS. `prefix` is what was read from the socket already.
Result<std::unique_ptr<Stream>> make_plain_stream(runtime::Loop& loop, runtime::UniqueFd socket,
                                                  const Endpoints& endpoints,
                                                  ByteVector prefix = {});

// Reads until `buffer` is full. closed: the peer ended before.
runtime::Task<Result<void>> read_exactly(Stream& stream, MutableBytes buffer);

}  // namespace portico::io::net
