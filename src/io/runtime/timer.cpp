#include "io/runtime/timer.h"

#include "base/check.h"

namespace portico::io::runtime {

Timer::Timer(Loop& loop, std::function<void()> callback)
    : queue_(loop.timers()), callback_(std::move(callback)) {
  loop.assert_here();
}

Timer::~Timer() {
  cancel();
  if (slot_ != kNone) queue_.remove(*this);
  if (queue_.running_ == this) queue_.running_ = nullptr;
}

void Timer::arm(Instant deadline) {
  if (due_) cancel();
  deadline_ = deadline;
  armed_ = true;
  if (slot_ == kNone) {
    queued_ = deadline;
    queue_.insert(*this);
  } else if (deadline < queued_) {
    queued_ = deadline;
    queue_.sift_up(slot_);
  }
}

void Timer::arm_after(Duration delay) { arm(monotonic_now() + delay); }

void Timer::arm(std::optional<Instant> deadline) {
  if (deadline) {
    arm(*deadline);
  } else {
    cancel();
  }
}

void Timer::cancel() {
  armed_ = false;
  if (!due_)
    return;  // an entry in the heap is dropped when its time comes, or reused by the next arm()
  queue_.due_[slot_] = nullptr;
  due_ = false;
  slot_ = kNone;
}

std::optional<Instant> TimerQueue::next() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front()->queued_;
}

void TimerQueue::fire(Instant now) {
  PORTICO_CHECK(due_.empty());
  while (!heap_.empty() && heap_.front()->queued_ <= now) {
    Timer& timer = *heap_.front();
    if (timer.armed_ && timer.deadline_ > now) {  // it was moved later since it was queued
      timer.queued_ = timer.deadline_;
      sift_down(0);
      continue;
    }
    pop();
    if (!timer.armed_) continue;
    timer.due_ = true;
    timer.slot_ = due_.size();
    due_.push_back(&timer);
  }
  for (std::size_t i = 0; i < due_.size(); ++i) {
    if (due_[i] != nullptr) run(*due_[i]);
  }
  due_.clear();
}

void TimerQueue::run(Timer& timer) {
  timer.due_ = false;
  timer.slot_ = Timer::kNone;
  timer.armed_ = false;
  running_ = &timer;
  std::function<void()> callback =
      std::move(timer.callback_);  // survives the timer, should it be destroyed inside
  callback();
  if (running_ == &timer) timer.callback_ = std::move(callback);
  running_ = nullptr;
}

void TimerQueue::insert(Timer& timer) {
  heap_.push_back(&timer);
  timer.slot_ = heap_.size() - 1;
  sift_up(timer.slot_);
}

void TimerQueue::remove(Timer& timer) {
  std::size_t slot = timer.slot_;
  Timer* last = heap_.back();
  heap_.pop_back();
  timer.slot_ = Timer::kNone;
  if (last == &timer) return;
  place(slot, last);
  sift_up(slot);
  sift_down(last->slot_);
}

void TimerQueue::pop() { remove(*heap_.front()); }

void TimerQueue::place(std::size_t slot, Timer* timer) {
  heap_[slot] = timer;
  timer->slot_ = slot;
}

void TimerQueue::sift_up(std::size_t slot) {
  Timer* timer = heap_[slot];
  while (slot > 0) {
    std::size_t parent = (slot - 1) / 2;
    if (heap_[parent]->queued_ <= timer->queued_) break;
    place(slot, heap_[parent]);
    slot = parent;
  }
  place(slot, timer);
}

void TimerQueue::sift_down(std::size_t slot) {
  Timer* timer = heap_[slot];
  while (true) {
    std::size_t child = 2 * slot + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1]->queued_ < heap_[child]->queued_) ++child;
    if (timer->queued_ <= heap_[child]->queued_) break;
    place(slot, heap_[child]);
    slot = child;
  }
  place(slot, timer);
}

PauseAwaiter::PauseAwaiter(Loop& loop, Instant deadline)
    : deadline_(deadline), timer_(loop, [this, &loop] { loop.schedule(waiter_); }) {}

void PauseAwaiter::await_suspend(std::coroutine_handle<> handle) {
  waiter_.handle = handle;
  timer_.arm(deadline_);
}

}  // namespace portico::io::runtime
