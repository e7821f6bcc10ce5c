// Checks of our own: full agents only.

#include <algorithm>

#include "codec/stun/writer.h"
#include "protocol/ice/core.h"

namespace portico::protocol::ice {

namespace stun = codec::stun;

// Triggered checks first, then by priority (RFC 8445 6.1.4.2). All pairs have one component of one
// stream, so nothing is ever frozen. Once a pair is selected only better ones are worth an ordinary
// check.
Pair* Agent::Core::next_to_check() {
  const Pair* current = state == State::connected ? pairs.by_id(selected_pair) : nullptr;
  Pair* best = nullptr;
  for (Pair& pair : pairs) {
    if (pair.state != PairState::waiting) continue;
    if (current != nullptr && !pair.triggered && pair.priority < current->priority) continue;
    if (best == nullptr ||
        std::pair(pair.triggered, pair.priority) > std::pair(best->triggered, best->priority)) {
      best = &pair;
    }
  }
  return best;
}

void Agent::Core::send_check(Pair& pair, bool nominate_it, bool keepalive, Instant now) {
  Transaction transaction;
  random.fill(transaction.id);
  transaction.pair = pair.id;
  transaction.path = pair.path;
  transaction.nominating = nominate_it;
  transaction.keepalive = keepalive;
  transaction.controlling = controlling;
  // The priority a peer-reflexive candidate of ours would get: our candidate's, with that type's
  // preference.
  std::uint32_t priority = (pair.local_priority & 0x00FFFFFF) | 110U << 24;
  stun::Writer writer(stun::Class::request, stun::Method::binding, transaction.id);
  writer.text(stun::Attribute::username,
              remote->credentials.ufrag + ":" + responder.current().ufrag);
  writer.u32(stun::Attribute::priority, priority);
  writer.u64(controlling ? stun::Attribute::ice_controlling : stun::Attribute::ice_controlled,
             config.tie_breaker);
  if (nominate_it) writer.flag(stun::Attribute::use_candidate);
  writer.integrity(remote->key).fingerprint();
  transaction.request = writer.take();
  ++stats.checks_sent;
  transmit(pair.path, transaction.request);
  if (!keepalive && pair.state != PairState::succeeded) pair.state = PairState::in_progress;
  pair.triggered = false;
  transactions.start(std::move(transaction), now);
}

void Agent::Core::run_checks(Instant now) {
  if (!can_check() || now < next_check_at) return;
  if (Pair* pair = next_to_check()) {
    if (state == State::new_) set_state(State::checking);
    clock(now);
    send_check(*pair, controlling && config.aggressive, false, now);
    next_check_at = now + config.timings.pace;
  }
}

void Agent::Core::run_transactions(Instant now) {
  while (auto due = transactions.take_due(now)) {
    if (!due->gave_up) {
      ++stats.checks_sent;
      transmit(due->transaction.path, std::move(due->transaction.request));
      continue;
    }
    if (due->transaction.keepalive) continue;
    if (nominating == due->transaction.pair) nominating.reset();
    if (Pair* pair = pairs.by_id(due->transaction.pair)) {
      if (!transactions.busy(pair->id)) pair->state = PairState::failed;
    }
  }
}

bool Agent::Core::better_under_way(const Pair& pair) const {
  return std::any_of(pairs.begin(), pairs.end(), [&](const Pair& other) {
    bool open = other.state == PairState::waiting || other.state == PairState::in_progress;
    return open && other.priority > pair.priority;
  });
}

Pair* Agent::Core::best_valid() {
  Pair* best = nullptr;
  for (Pair& pair : pairs) {
    if (pair.state != PairState::succeeded) continue;
    if (best == nullptr || pair.priority > best->priority) best = &pair;
  }
  return best;
}

// Regular nomination (RFC 8445 8.1.1): the best valid pair, at once if nothing better is under way,
// else after a short wait.
void Agent::Core::run_nomination(Instant now) {
  if (!controlling || !can_check() || nominating) return;
  bool needed = !selected_pair || state == State::disconnected;
  if (!needed) return;
  Pair* best = best_valid();
  if (best == nullptr) return;
  if (!first_valid_at) first_valid_at = now;
  bool waited = now - *first_valid_at >= config.timings.nomination_wait;
  if (!waited && better_under_way(*best)) return;
  nominating = best->id;
  send_check(*best, true, false, now);
}

std::optional<Instant> Agent::Core::nomination_deadline() const {
  bool waiting = controlling && first_valid_at && !nominating &&
                 (!selected_pair || state == State::disconnected);
  if (!waiting) return std::nullopt;
  bool any_valid = std::any_of(pairs.begin(), pairs.end(),
                               [](const Pair& pair) { return pair.state == PairState::succeeded; });
  if (!any_valid) return std::nullopt;
  return *first_valid_at + config.timings.nomination_wait;
}

std::optional<Instant> Agent::Core::checks_deadline() const {
  if (const_cast<Core*>(this)->next_to_check() == nullptr) return std::nullopt;
  return std::max(next_check_at, last_now);
}

void Agent::Core::run_keepalive(Instant now) {
  if (!can_check() || now < keepalive_at) return;
  Pair* pair = pairs.by_id(selected_pair);
  if (pair == nullptr) return;
  send_check(*pair, controlling, true, now);
  // RFC 7675 5.1: spread by 0.8 to 1.2, so that many agents don't fall into step.
  keepalive_at = now + config.timings.keepalive * (800 + random.below(401)) / 1000;
}

void Agent::Core::switch_role(bool to_controlling) {
  controlling = to_controlling;
  nominating.reset();
  pairs.set_priorities(controlling);
  for (Pair& pair : pairs) pair.nominate_on_success = false;
  Event event;
  event.kind = Event::Kind::role_changed;
  event.state = state;
  event.controlling = controlling;
  push_event(std::move(event));
}

}  // namespace portico::protocol::ice
