#pragma once
// The candidate pairs of one agent, and the controlled side's rule for which of the nominated ones
// carries media.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/path.h"
#include "base/time.h"
#include "codec/stun/message.h"

namespace portico::protocol::ice {

enum class PairState : std::uint8_t { waiting, in_progress, succeeded, failed };

struct Pair {
  std::uint32_t id = 0;
  Path path;
  std::uint32_t local_priority = 0;
  std::uint32_t remote_priority = 0;
  std::uint64_t priority = 0;  // RFC 8445 6.1.2.3
  PairState state = PairState::waiting;
  bool triggered = false;  // to be checked before ordinary ones
  bool nominate_on_success =
      false;  // full, controlled: USE-CANDIDATE came before our own check succeeded
  bool nominated = false;
  // Distinct nominations since the selected pair's last one.
  std::uint32_t streak = 0;
  codec::stun::TransactionId last_nomination{};
  // An authenticated check or answer came this way; nullopt: never.
  std::optional<Instant> alive_at;
  std::optional<Duration> rtt;
};

// Do both name the same way? A socket bound to the unspecified address matches whatever local
// address a datagram came to.
bool same_way(const Path& a, const Path& b);

// Pointers and references are good until the next insert or erase; keep ids.
class PairTable {
 public:
  explicit PairTable(std::size_t limit) : limit_(limit) {}

  Pair* find(const Path& path);
  const Pair* find(const Path& path) const;
  Pair* by_id(std::optional<std::uint32_t> id);
  // The caller has made sure that it isn't there. At the limit the least useful pair other than
  // `keep` goes: failed before others, never alive before once alive, longest silent first, then
  // the lowest priority. `evicted` is set to its id.
  Pair& insert(const Path& path, std::uint32_t local_priority, std::uint32_t remote_priority,
               bool controlling, std::optional<std::uint32_t> keep,
               std::optional<std::uint32_t>* evicted);
  void set_priorities(bool controlling);
  void clear() { pairs_.clear(); }
  template <class Predicate>
  void erase_if(Predicate predicate) {
    std::erase_if(pairs_, predicate);
  }

  auto begin() { return pairs_.begin(); }
  auto end() { return pairs_.end(); }
  auto begin() const { return pairs_.begin(); }
  auto end() const { return pairs_.end(); }
  std::size_t size() const { return pairs_.size(); }

 private:
  std::size_t limit_;
  std::uint32_t next_id_ = 1;
  std::vector<Pair> pairs_;
};

// Browsers check their selected pair every 2.5 s. For a nomination elsewhere it counts as abandoned
// after the first of these, for an ordinary check on a pair nominated earlier after the second: two
// checks in a row lost.
inline constexpr Duration kSilent = 3s;
inline constexpr Duration kLongSilent = 6s;

// The controlled side got a check with USE-CANDIDATE over `pair` (valid in its eyes). Notes it;
// true if `pair` is to be selected instead of `selected` (nullptr: nothing is selected). See
// agent.h for the rule.
bool nominate(PairTable& pairs, Pair& pair, const Pair* selected,
              const codec::stun::TransactionId& transaction, Instant now);

// A sign of life came over `pair`: true if it was nominated before and the selected pair has gone
// silent.
bool takes_over(const Pair& pair, const Pair* selected, Instant now);

}  // namespace portico::protocol::ice
