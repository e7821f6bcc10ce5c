#include "protocol/ice/core.h"

#include <algorithm>

namespace portico::protocol::ice {
namespace {

constexpr std::size_t kMaxEvents = 32;
constexpr std::size_t kMaxTransmits = 64;
constexpr Duration kRetiredFor =
    3s;  // old credentials outlive the switch to the new generation so long

std::optional<Instant> earlier(std::optional<Instant> a, std::optional<Instant> b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

}  // namespace

Agent::Core::Core(Config c, Random& r)
    : config(std::move(c)),
      random(r),
      responder({config.ufrag, config.pwd}),
      pairs(config.lite ? kMaxPairsLite : kMaxPairs),
      transactions(config.timings.retransmit),
      controlling(config.controlling && !config.lite) {}

void Agent::Core::clock(Instant now) {
  last_now = std::max(last_now, now);
  if (state == State::checking && !started) started = last_now;
}

void Agent::Core::timeout(Instant now) {
  clock(now);
  run_liveness(last_now);
  if (retired_until && last_now >= *retired_until) {
    responder.drop_retired();
    retired_until.reset();
  }
  if (config.lite || state == State::failed) return;
  run_transactions(last_now);
  run_nomination(last_now);
  run_checks(last_now);
  run_keepalive(last_now);
}

std::optional<Instant> Agent::Core::next_deadline() const {
  if (state == State::checking && !started) return last_now;
  std::optional<Instant> deadline = earlier(liveness_deadline(), retired_until);
  if (!can_check()) return deadline;
  deadline = earlier(deadline, transactions.next_deadline());
  deadline = earlier(deadline, checks_deadline());
  deadline = earlier(deadline, nomination_deadline());
  if (selected_pair) deadline = earlier(deadline, keepalive_at);
  return deadline;
}

std::optional<Instant> Agent::Core::selected_alive_at() const {
  if (!selected) return std::nullopt;
  if (!selected_pair) return old_alive_at;
  for (const Pair& pair : pairs) {
    if (pair.id == *selected_pair) return pair.alive_at;
  }
  return std::nullopt;
}

std::optional<Instant> Agent::Core::liveness_deadline() const {
  const Timings& t = config.timings;
  switch (state) {
    case State::new_:
    case State::failed:
      return std::nullopt;
    case State::checking: {
      Instant deadline = started.value_or(last_now) + t.connect;
      // A restart may take as long as the old pair lives.
      if (auto alive = selected_alive_at()) {
        deadline = std::max(deadline, *alive + t.disconnected + t.failed);
      }
      return deadline;
    }
    case State::connected:
      return selected_alive_at().value_or(last_now) + t.disconnected;
    case State::disconnected:
      return silent_since.value_or(last_now) + t.failed;
  }
  return std::nullopt;
}

void Agent::Core::run_liveness(Instant now) {
  auto deadline = liveness_deadline();
  if (!deadline || now < *deadline) return;
  if (state != State::connected) {
    transactions.clear();
    set_state(State::failed);
    return;
  }
  silent_since = *deadline;
  set_state(State::disconnected);
  // Whatever worked before, or was given up: try everything again while there is time.
  nominating.reset();
  first_valid_at.reset();
  if (!config.lite) {
    transactions.clear();
    for (Pair& pair : pairs) {
      pair.state = PairState::waiting;
      pair.nominate_on_success = false;
    }
  }
  run_liveness(now);  // a late call may have missed both deadlines
}

void Agent::Core::set_state(State next) {
  if (state == next) return;
  state = next;
  if (next == State::checking) started.reset();
  if (next != State::disconnected) silent_since.reset();
  Event event;
  event.kind = Event::Kind::state_changed;
  event.state = next;
  push_event(std::move(event));
}

void Agent::Core::select(Pair& pair, Instant now) {
  bool new_generation = !selected_pair.has_value();
  bool moved = selected != pair.path;
  selected_pair = pair.id;
  selected = pair.path;
  for (Pair& other : pairs) other.streak = 0;
  if (new_generation && responder.retired() != nullptr) retired_until = now + kRetiredFor;
  if (moved) {
    keepalive_at = now + config.timings.keepalive;
    Event event;
    event.kind = Event::Kind::selected_changed;
    event.state = state;
    event.path = pair.path;
    push_event(std::move(event));
  }
  set_state(State::connected);
}

void Agent::Core::mark_alive(Pair& pair, Instant now) {
  pair.alive_at = now;
  if (selected_pair == pair.id && state == State::disconnected) set_state(State::connected);
}

void Agent::Core::lose_selected(Instant now) {
  selected.reset();
  selected_pair.reset();
  old_alive_at.reset();
  if (state != State::connected && state != State::disconnected) return;
  // The peer's other nominated pairs are its second choice.
  Pair* best = nullptr;
  for (Pair& pair : pairs) {
    bool usable = pair.nominated && pair.state == PairState::succeeded;
    if (usable && (best == nullptr || pair.priority > best->priority)) best = &pair;
  }
  if (best != nullptr) {
    select(*best, now);
    return;
  }
  if (state == State::disconnected) return;
  // The peer needs time to notice and to call again: as much as it has on a path that went silent.
  silent_since = now + config.timings.disconnected;
  set_state(State::disconnected);
}

void Agent::Core::push_event(Event event) {
  if (events.size() >= kMaxEvents) events.pop_front();
  events.push_back(std::move(event));
}

void Agent::Core::transmit(const Path& path, ByteVector data) {
  if (transmits.size() >= kMaxTransmits) {
    ++stats.transmits_dropped;
    return;
  }
  transmits.push_back({path, std::move(data)});
}

}  // namespace portico::protocol::ice
