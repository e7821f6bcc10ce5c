#pragma once
// Messages from any thread to one loop, in batches: many producers, one consumer. A send wakes the
// loop only when the box was empty, so a burst costs one wake-up. This is the only place where
// threads meet; what is inside a message is moved, not shared.

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "io/runtime/loop.h"

namespace portico::io::runtime {

// Any thread may signal(); the loop then runs the callback, once for any number of signals since
// the last run.
class Wakeup {
 public:
  Wakeup(Loop& loop, std::function<void()> callback);
  // On the loop's thread; nobody may signal any more.
  ~Wakeup();
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;
  void signal();

 private:
  struct State;
  State* state_;
};

template <class T>
class Mailbox {
  struct Shared {
    std::mutex mutex;
    std::vector<T> queue;
    std::size_t capacity;
    Wakeup* wakeup;  // null once the mailbox is gone
  };

 public:
  // Handed to the producers; may outlive the mailbox.
  class Sender {
   public:
    Sender() = default;
    // Any thread. False: full (capacity) or the mailbox is gone; the message is left as it was.
    bool send(T&& message) const {
      if (!shared_) return false;
      std::lock_guard lock(shared_->mutex);
      if (shared_->wakeup == nullptr || shared_->queue.size() >= shared_->capacity) return false;
      shared_->queue.push_back(std::move(message));
      if (shared_->queue.size() == 1) shared_->wakeup->signal();
      return true;
    }
    // Moves as many messages as fit, one lock for all, and clears the vector; returns how many were
    // dropped.
    std::size_t send_all(std::vector<T>& messages) const {
      std::size_t sent = shared_ ? append(messages) : 0;
      std::size_t dropped = messages.size() - sent;
      messages.clear();
      return dropped;
    }

   private:
    friend class Mailbox;
    explicit Sender(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
    std::size_t append(std::vector<T>& messages) const {
      std::lock_guard lock(shared_->mutex);
      if (shared_->wakeup == nullptr || messages.empty()) return 0;
      bool was_empty = shared_->queue.empty();
      std::size_t room = shared_->capacity - shared_->queue.size();
      std::size_t count = std::min(room, messages.size());
      for (std::size_t i = 0; i < count; ++i) shared_->queue.push_back(std::move(messages[i]));
      if (was_empty && count > 0) shared_->wakeup->signal();
      return count;
    }
    std::shared_ptr<Shared>
        shared_;  // shared with the mailbox and other senders; its lock guards it
  };

  // `handler` runs on the loop with all messages sent so far, oldest first; it may move them out.
  // At most `capacity` wait.
  Mailbox(Loop& loop, std::size_t capacity, std::function<void(std::vector<T>&)> handler)
      : handler_(std::move(handler)),
        shared_(std::make_shared<Shared>()),
        wakeup_(loop, make_callback()) {
    shared_->capacity = capacity;
    shared_->wakeup = &wakeup_;
  }
  ~Mailbox() {
    std::lock_guard lock(shared_->mutex);
    shared_->wakeup = nullptr;
    shared_->queue.clear();
  }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  Sender sender() const { return Sender(shared_); }

 private:
  std::function<void()> make_callback() {
    return [this] {
      {
        std::lock_guard lock(shared_->mutex);
        batch_.swap(shared_->queue);
      }
      if (!batch_.empty()) handler_(batch_);
      batch_.clear();
    };
  }

  std::function<void(std::vector<T>&)> handler_;
  std::vector<T> batch_;  // swapped with the queue, so both keep their memory
  std::shared_ptr<Shared> shared_;
  Wakeup wakeup_;
};

}  // namespace portico::io::runtime
