// Incoming checks and answers.

#include "protocol/ice/core.h"

namespace portico::protocol::ice {

namespace stun = codec::stun;

void Agent::Core::receive(const Path& path, Bytes datagram, Instant now) {
  clock(now);
  auto message = stun::parse(datagram);
  if (!message || message->method() != stun::Method::binding) {
    ++stats.malformed;
    return;
  }
  switch (message->message_class()) {
    case stun::Class::request:
      on_check(path, *message, last_now);
      break;
    case stun::Class::indication:
      break;  // somebody keeps a NAT open: proves nothing
    case stun::Class::success:
    case stun::Class::error:
      on_answer(path, *message, last_now);
      break;
  }
}

void Agent::Core::on_check(const Path& path, const stun::Message& check, Instant now) {
  // Given up: silence takes back the peer's consent to send.
  if (state == State::failed) return;
  auto judgement = responder.judge(check, now);
  if (judgement.verdict != Responder::Verdict::accepted) {
    ++(judgement.verdict == Responder::Verdict::malformed ? stats.malformed
                                                          : stats.unauthenticated);
    if (judgement.answer) transmit(path, std::move(*judgement.answer));
    return;
  }
  ++stats.checks_received;
  if (judgement.retired) {
    transmit(path, responder.success(check, path.remote, true));
    if (!selected_pair && selected && same_way(*selected, path)) old_alive_at = now;
    return;
  }
  if (!settle_role(path, check)) return;
  transmit(path, responder.success(check, path.remote, false));
  if (state == State::new_) {
    set_state(State::checking);
    clock(now);
  }
  on_valid_check(pair_of(path, *check.priority()), check, now);
}

// RFC 8445 7.3.1.1. A lite agent never becomes controlling: its peer is told to.
bool Agent::Core::settle_role(const Path& path, const stun::Message& check) {
  auto theirs = controlling ? check.ice_controlling() : check.ice_controlled();
  if (!theirs) return true;
  ++stats.role_conflicts;
  bool we_win = config.tie_breaker >= *theirs;
  // The winner is the controlling one: who is in its role already refuses, who isn't takes it.
  bool refuse = config.lite || (controlling ? we_win : !we_win);
  if (refuse) {
    transmit(path, responder.role_conflict(check));
    return false;
  }
  switch_role(!controlling);
  return true;
}

void Agent::Core::on_valid_check(Pair& pair, const stun::Message& check, Instant now) {
  Pair* current = pairs.by_id(selected_pair);
  bool nominated = !controlling && check.use_candidate();
  bool chosen = false;
  if (config.lite) pair.state = PairState::succeeded;
  if (nominated && pair.state == PairState::succeeded) {
    chosen = nominate(pairs, pair, current, check.transaction_id(), now);
  } else if (nominated) {
    pair.nominate_on_success = true;
    pair.last_nomination = check.transaction_id();
  } else if (!controlling && pair.state == PairState::succeeded) {
    chosen = takes_over(pair, current, now);
  }
  if (!config.lite) {
    if (pair.state == PairState::in_progress) {
      transactions.hasten(pair.id, now + config.timings.pace);
    } else if (pair.state != PairState::succeeded) {
      pair.state = PairState::waiting;
      pair.triggered = true;
    }
  }
  mark_alive(pair, now);
  if (chosen) select(pair, now);
  run_checks(now);
}

std::uint32_t Agent::Core::local_priority_of(const Path& path) const {
  for (const Candidate& local : locals) {
    bool same = local.transport == path.transport &&
                (local.base_address() == path.local || local.address == path.local);
    if (same) return local.priority;
  }
  for (const Candidate& local : locals) {
    if (local.transport == path.transport && local.address.ip.family == path.local.ip.family) {
      return local.priority;
    }
  }
  return candidate_priority(CandidateType::peer_reflexive, path.transport, 65535);
}

Pair& Agent::Core::pair_of(const Path& path, std::uint32_t remote_priority) {
  if (Pair* known = pairs.find(path)) return *known;
  std::optional<std::uint32_t> evicted;
  Pair& pair = pairs.insert(path, local_priority_of(path), remote_priority, controlling,
                            selected_pair, &evicted);
  if (evicted) {
    ++stats.pairs_evicted;
    transactions.erase_pair(*evicted);
    if (nominating == evicted) nominating.reset();
  }
  return pair;
}

void Agent::Core::on_answer(const Path& path, const stun::Message& answer, Instant now) {
  Transaction* found = transactions.find(answer.transaction_id());
  if (found == nullptr || !remote) return;
  bool broken = answer.has(stun::Attribute::fingerprint) && !answer.verify_fingerprint();
  bool is_signed = answer.has(stun::Attribute::message_integrity);
  bool success = answer.message_class() == stun::Class::success;
  if (broken || (success && !answer.xor_mapped_address())) {
    ++stats.malformed;
    return;
  }
  // Errors to a request that could not be authenticated are not signed (RFC 8489 9.1.3).
  if ((is_signed || success) && !answer.verify_integrity(remote->key)) {
    ++stats.unauthenticated;
    return;
  }
  ++stats.responses_received;
  auto code = answer.error_code();
  // Our description may not have reached the peer yet, or its has changed: the repetitions of this
  // check may fare better.
  if (!success && (!code || code->code == 401 || code->code >= 500)) return;
  Transaction transaction = std::move(*found);
  transactions.erase(answer.transaction_id());
  if (success) {
    on_success(path, transaction, now);
  } else {
    on_refusal(code->code, transaction);
  }
  run_nomination(now);
  run_checks(now);
}

void Agent::Core::on_success(const Path& path, const Transaction& transaction, Instant now) {
  Pair* pair = pairs.by_id(transaction.pair);
  if (pair == nullptr) return;
  // RFC 8445 7.2.5.2.1: the answer must come back the way the request went.
  if (!same_way(path, transaction.path)) {
    if (!transaction.keepalive) pair->state = PairState::failed;
    if (nominating == pair->id) nominating.reset();
    return;
  }
  if (pair->path.local.ip.is_unspecified()) pair->path.local = path.local;
  if (transaction.sends == 1 || transaction.keepalive || path.transport == Transport::tcp) {
    pair->rtt = now - transaction.sent_at;
  }
  pair->state = PairState::succeeded;
  pair->triggered = false;
  mark_alive(*pair, now);
  if (controlling) {
    if (!first_valid_at) first_valid_at = now;
    if (nominating == pair->id) nominating.reset();
    if (!transaction.nominating) return;
    pair->nominated = true;
    Pair* current = pairs.by_id(selected_pair);
    bool better =
        current == nullptr || state == State::disconnected || pair->priority > current->priority;
    if (current != pair && better) select(*pair, now);
    return;
  }
  if (!pair->nominate_on_success) return;
  pair->nominate_on_success = false;
  Pair* current = pairs.by_id(selected_pair);
  if (nominate(pairs, *pair, current, pair->last_nomination, now)) select(*pair, now);
}

void Agent::Core::on_refusal(int code, const Transaction& transaction) {
  Pair* pair = pairs.by_id(transaction.pair);
  if (pair == nullptr) return;
  if (nominating == pair->id) nominating.reset();
  if (code == 487) {
    // RFC 8445 7.2.5.1: take the other role, unless that has happened since, and check again.
    ++stats.role_conflicts;
    if (transaction.controlling == controlling) switch_role(!controlling);
    pair->state = PairState::waiting;
    pair->triggered = true;
  } else if (!transaction.keepalive) {
    pair->state = PairState::failed;
  }
}

}  // namespace portico::protocol::ice
