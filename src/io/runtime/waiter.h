#pragma once
// A suspended coroutine as a node of an intrusive list. The node lives in the awaiter, so inside
// the coroutine's frame: waiting allocates nothing, and destroying the frame takes the node out of
// whatever list it is in.

#include <coroutine>

namespace portico::io::runtime {

class Waiter {
 public:
  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() { unlink(); }

  void unlink() {
    if (next_ == nullptr) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = nullptr;
  }
  bool linked() const { return next_ != nullptr; }

  std::coroutine_handle<> handle;

 private:
  friend class WaiterList;
  Waiter* next_ = nullptr;
  Waiter* previous_ = nullptr;
};

// First in, first out. Waiters left over when the list dies are never resumed; their owner still
// destroys them.
class WaiterList {
 public:
  WaiterList() { head_.next_ = head_.previous_ = &head_; }
  WaiterList(const WaiterList&) = delete;
  WaiterList& operator=(const WaiterList&) = delete;
  ~WaiterList() {
    while (pop() != nullptr) {
    }
    head_.next_ = head_.previous_ = nullptr;
  }

  bool empty() const { return head_.next_ == &head_; }
  // Takes the waiter out of the list it was in, if any.
  void push(Waiter& waiter) {
    waiter.unlink();
    waiter.previous_ = head_.previous_;
    waiter.next_ = &head_;
    head_.previous_->next_ = &waiter;
    head_.previous_ = &waiter;
  }
  Waiter* front() { return empty() ? nullptr : head_.next_; }
  Waiter* pop() {
    Waiter* first = front();
    if (first != nullptr) first->unlink();
    return first;
  }

 private:
  Waiter head_;
};

}  // namespace portico::io::runtime
