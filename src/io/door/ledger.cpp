#include "io/door/ledger.h"

#include <algorithm>
#include <utility>

namespace portico::io::door {

IpAddress Ledger::key_of(const IpAddress& remote) {
  IpAddress key = remote;
  if (!key.is_v4() && !key.is_loopback())
    std::fill(key.bytes.begin() + 8, key.bytes.end(), std::uint8_t{0});
  return key;
}

Ledger::Verdict Ledger::admit(const IpAddress& remote) {
  if (open_ >= limits_.open) return Verdict::too_many;
  auto found = counts_.find(key_of(remote));
  Count count = found == counts_.end() ? Count() : found->second;
  bool loopback = remote.is_loopback();
  if (!loopback && count.open >= limits_.open_per_address) return Verdict::too_many_here;
  if (count.half >= (loopback ? limits_.half_open_loopback : limits_.half_open_per_address))
    return Verdict::too_many_here;
  if (half_open_.size() < limits_.half_open) return Verdict::admitted;
  abort_oldest();
  return Verdict::admitted_by_eviction;
}

void Ledger::abort_oldest() {
  if (half_open_.empty()) return;
  HalfOpen* oldest = half_open_.front();
  oldest->leave();
  oldest->aborted_ = true;
  if (oldest->abort_) std::exchange(oldest->abort_, nullptr)();
}

void Ledger::abort_all() {
  while (!half_open_.empty()) abort_oldest();
}

std::shared_ptr<void> Ledger::open(runtime::Loop& loop, const IpAddress& remote) {
  IpAddress key = key_of(remote);
  ++open_;
  ++counts_[key].open;
  // The stream may end on a worker's thread: the count goes down on the door's loop.
  auto back_home = [ledger = shared_from_this(), home = loop.remote(), key](void*) {
    home.post([ledger, key] { ledger->release(key); });
  };
  return std::shared_ptr<void>(static_cast<void*>(this), back_home);
}

void Ledger::release(const IpAddress& key) {
  --open_;
  --counts_[key].open;
  forget_if_unused(key);
}

void Ledger::forget_if_unused(const IpAddress& key) {
  auto found = counts_.find(key);
  if (found != counts_.end() && found->second.half == 0 && found->second.open == 0)
    counts_.erase(found);
}

Ledger::HalfOpen::HalfOpen(Ledger& ledger, const IpAddress& remote)
    : ledger_(ledger), key_(key_of(remote)) {
  position_ = ledger.half_open_.insert(ledger.half_open_.end(), this);
  ++ledger.counts_[key_].half;
}

void Ledger::HalfOpen::leave() {
  if (!listed_) return;
  listed_ = false;
  ledger_.half_open_.erase(position_);
  --ledger_.counts_[key_].half;
  ledger_.forget_if_unused(key_);
}

void Ledger::HalfOpen::on_abort(std::function<void()> abort) {
  if (aborted_ && abort) {
    abort();
  } else {
    abort_ = std::move(abort);
  }
}

}  // namespace portico::io::door
