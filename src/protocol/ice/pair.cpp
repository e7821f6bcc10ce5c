#include "protocol/ice/pair.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"
#include "protocol/ice/candidate.h"

namespace portico::protocol::ice {
namespace {

std::uint64_t priority_of(const Pair& pair, bool controlling) {
  return controlling ? pair_priority(pair.local_priority, pair.remote_priority)
                     : pair_priority(pair.remote_priority, pair.local_priority);
}

bool silent_for(const Pair* pair, Duration span, Instant now) {
  return pair == nullptr || !pair->alive_at || now - *pair->alive_at >= span;
}

auto usefulness(const Pair& pair) {
  return std::tuple(pair.state != PairState::failed, pair.alive_at, pair.priority);
}

}  // namespace

bool same_way(const Path& a, const Path& b) {
  if (a.transport != b.transport || a.flow != b.flow || a.remote != b.remote) return false;
  if (a.local == b.local) return true;
  return a.local.port == b.local.port &&
         (a.local.ip.is_unspecified() || b.local.ip.is_unspecified());
}

Pair* PairTable::find(const Path& path) {
  auto found = std::find_if(pairs_.begin(), pairs_.end(),
                            [&](const Pair& pair) { return same_way(pair.path, path); });
  return found == pairs_.end() ? nullptr : &*found;
}

const Pair* PairTable::find(const Path& path) const {
  return const_cast<PairTable*>(this)->find(path);
}

Pair* PairTable::by_id(std::optional<std::uint32_t> id) {
  if (!id) return nullptr;
  auto found =
      std::find_if(pairs_.begin(), pairs_.end(), [&](const Pair& pair) { return pair.id == *id; });
  return found == pairs_.end() ? nullptr : &*found;
}

Pair& PairTable::insert(const Path& path, std::uint32_t local_priority,
                        std::uint32_t remote_priority, bool controlling,
                        std::optional<std::uint32_t> keep, std::optional<std::uint32_t>* evicted) {
  evicted->reset();
  if (pairs_.size() >= limit_) {
    auto victim = pairs_.end();
    for (auto it = pairs_.begin(); it != pairs_.end(); ++it) {
      if (it->id == keep) continue;
      if (victim == pairs_.end() || usefulness(*it) < usefulness(*victim)) victim = it;
    }
    PORTICO_CHECK(victim != pairs_.end());
    *evicted = victim->id;
    pairs_.erase(victim);
  }
  Pair pair;
  pair.id = next_id_++;
  pair.path = path;
  pair.local_priority = local_priority;
  pair.remote_priority = remote_priority;
  pair.priority = priority_of(pair, controlling);
  pairs_.push_back(pair);
  return pairs_.back();
}

void PairTable::set_priorities(bool controlling) {
  for (Pair& pair : pairs_) pair.priority = priority_of(pair, controlling);
}

bool nominate(PairTable& pairs, Pair& pair, const Pair* selected,
              const codec::stun::TransactionId& transaction, Instant now) {
  bool repeated = pair.nominated && pair.last_nomination == transaction;
  pair.nominated = true;
  pair.last_nomination = transaction;
  if (selected == &pair) {
    for (Pair& other : pairs) other.streak = 0;
    return false;
  }
  if (!repeated) ++pair.streak;
  if (selected == nullptr || pair.priority >= selected->priority) return true;
  return pair.streak >= 2 || silent_for(selected, kSilent, now);
}

bool takes_over(const Pair& pair, const Pair* selected, Instant now) {
  return pair.nominated && selected != &pair && silent_for(selected, kLongSilent, now);
}

}  // namespace portico::protocol::ice
