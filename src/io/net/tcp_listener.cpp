#include "io/net/tcp_listener.h"

#include <sys/socket.h>

#include <cerrno>

#include "io/net/sockaddr.h"
#include "io/net/socket.h"

namespace portico::io::net {

namespace {
constexpr int kAcceptsPerTurn = 64;
constexpr Duration kExhaustedPause = 250ms;
}  // namespace

Result<std::unique_ptr<TcpListener>> TcpListener::start(runtime::Loop& loop,
                                                        runtime::UniqueFd socket, Accept accept) {
  PORTICO_TRY(fd, runtime::Fd::open(loop, std::move(socket)));
  return std::unique_ptr<TcpListener>(new TcpListener(loop, std::move(fd), std::move(accept)));
}

TcpListener::TcpListener(runtime::Loop& loop, runtime::Fd fd, Accept accept)
    : fd_(std::move(fd)),
      local_(local_address(fd_.get())),
      accept_(std::move(accept)),
      pause_(loop, [this] { listen(); }) {
  listen();
}

void TcpListener::listen() {
  fd_.on_ready(runtime::Fd::Direction::read, [this] { accept_some(); });
}

void TcpListener::accept_some() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    KernelAddress peer;
    runtime::UniqueFd socket(
        ::accept4(fd_.get(), peer.get(), &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) {
      bool exhausted = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
      if (exhausted) {
        // The connection stays in the kernel's queue and would report itself for ever: look away
        // for a moment.
        ++exhausted_;
        fd_.on_ready(runtime::Fd::Direction::read, {});
        pause_.arm_after(kExhaustedPause);
      }
      if (exhausted || errno == EAGAIN) return;
      continue;  // this one connection failed before we got it (ECONNABORTED and the like)
    }
    tune_tcp(socket.get());
    Endpoints endpoints{local_address(socket.get()), from_kernel(peer.storage)};
    accept_(std::move(socket), endpoints);
  }
}

}  // namespace portico::io::net
