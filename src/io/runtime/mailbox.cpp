#include "io/runtime/mailbox.h"

#include <uv.h>

#include "base/check.h"

namespace portico::io::runtime {

struct Wakeup::State {
  uv_async_t async{};
  std::function<void()> callback;
};

Wakeup::Wakeup(Loop& loop, std::function<void()> callback) : state_(new State) {
  loop.assert_here();
  state_->callback = std::move(callback);
  state_->async.data = state_;
  int error = uv_async_init(loop.native(), &state_->async, [](uv_async_t* handle) {
    auto* state = static_cast<State*>(handle->data);
    if (state->callback) state->callback();
  });
  PORTICO_CHECK(error == 0);
}

Wakeup::~Wakeup() {
  state_->callback = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(&state_->async),
           [](uv_handle_t* handle) { delete static_cast<State*>(handle->data); });
}

void Wakeup::signal() { uv_async_send(&state_->async); }

}  // namespace portico::io::runtime
