#include "protocol/ice/transactions.h"

#include <algorithm>

namespace portico::protocol::ice {
namespace {

constexpr int kMaxSends = 7;           // Rc, RFC 8489 6.2.1
constexpr Duration kMaxWait = 2s;      // a path that needs longer is no good for a call
constexpr Duration kOneShotWait = 8s;  // keep-alives, and checks over TCP, which repeats by itself

}  // namespace

Transactions::Transactions(Duration retransmit)
    : retransmit_(std::max<Duration>(retransmit, 1ms)) {}

void Transactions::start(Transaction transaction, Instant now) {
  if (list_.size() >= kMaxTransactions) list_.erase(list_.begin());
  bool once = transaction.keepalive || transaction.path.transport == Transport::tcp;
  transaction.wait = once ? kOneShotWait : retransmit_;
  transaction.sends = once ? kMaxSends : 1;
  transaction.sent_at = now;
  transaction.next_at = now + transaction.wait;
  list_.push_back(std::move(transaction));
}

Transaction* Transactions::find(const codec::stun::TransactionId& id) {
  auto found = std::find_if(list_.begin(), list_.end(),
                            [&](const Transaction& item) { return item.id == id; });
  return found == list_.end() ? nullptr : &*found;
}

void Transactions::erase(const codec::stun::TransactionId& id) {
  std::erase_if(list_, [&](const Transaction& item) { return item.id == id; });
}

void Transactions::erase_pair(std::uint32_t pair) {
  std::erase_if(list_, [&](const Transaction& item) { return item.pair == pair; });
}

bool Transactions::busy(std::uint32_t pair) const {
  return std::any_of(list_.begin(), list_.end(),
                     [&](const Transaction& item) { return item.pair == pair && !item.keepalive; });
}

void Transactions::hasten(std::uint32_t pair, Instant at) {
  for (Transaction& item : list_) {
    if (item.pair == pair && item.sends < kMaxSends) item.next_at = std::min(item.next_at, at);
  }
}

std::optional<Transactions::Due> Transactions::take_due(Instant now) {
  auto due = std::find_if(list_.begin(), list_.end(),
                          [&](const Transaction& item) { return item.next_at <= now; });
  if (due == list_.end()) return std::nullopt;
  if (due->sends >= kMaxSends) {
    Due result{true, std::move(*due)};
    list_.erase(due);
    return result;
  }
  ++due->sends;
  due->sent_at = now;
  due->wait = std::min(due->wait * 2, kMaxWait);
  due->next_at = now + due->wait;
  return Due{false, *due};
}

std::optional<Instant> Transactions::next_deadline() const {
  std::optional<Instant> earliest;
  for (const Transaction& item : list_) {
    if (!earliest || item.next_at < *earliest) earliest = item.next_at;
  }
  return earliest;
}

}  // namespace portico::protocol::ice
