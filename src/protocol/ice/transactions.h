#pragma once
// The checks an agent has under way: each a request that is repeated until answered or given up
// (RFC 8489 6.2.1).

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/path.h"
#include "base/time.h"
#include "codec/stun/message.h"

namespace portico::protocol::ice {

// A check on each of 100 pairs, and keep-alives.
inline constexpr std::size_t kMaxTransactions = 128;

struct Transaction {
  codec::stun::TransactionId id{};
  std::uint32_t pair = 0;
  Path path;
  ByteVector request;
  bool nominating = false;   // carried USE-CANDIDATE
  bool keepalive = false;    // sent once; nothing follows from its loss
  bool controlling = false;  // our role when it was sent
  int sends = 0;
  Instant sent_at;  // the last time
  Instant next_at;  // when to repeat it or to give up
  Duration wait{};  // from sent_at to next_at
};

class Transactions {
 public:
  // `retransmit`: the first wait; it doubles up to 2 s; a check is sent 7 times and fails about 10
  // s after the first.
  explicit Transactions(Duration retransmit);

  // At the limit the oldest goes, which counts as a loss. The caller sends `transaction.request`
  // now.
  void start(Transaction transaction, Instant now);
  Transaction* find(const codec::stun::TransactionId& id);
  void erase(const codec::stun::TransactionId& id);
  void erase_pair(std::uint32_t pair);
  void clear() { list_.clear(); }
  bool busy(std::uint32_t pair) const;  // with a check, not a keep-alive
  // The peer can hear us now if it could not before: repeat the pair's check no later than `at`.
  void hasten(std::uint32_t pair, Instant at);

  // One that is due: either to be sent again now (already accounted for; read it before the next
  // call), or given up and taken out of the table. Call until nothing is due.
  struct Due {
    bool gave_up = false;
    Transaction transaction;
  };
  std::optional<Due> take_due(Instant now);
  std::optional<Instant> next_deadline() const;
  std::size_t size() const { return list_.size(); }

 private:
  Duration retransmit_;
  std::vector<Transaction> list_;
};

}  // namespace portico::protocol::ice
