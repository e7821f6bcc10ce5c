#include "protocol/ice/agent.h"

#include <algorithm>

#include "protocol/ice/core.h"

namespace portico::protocol::ice {
namespace {

bool is_multicast(const IpAddress& ip) {
  return ip.is_v4() ? ip.bytes[0] >= 224 : ip.bytes[0] == 0xFF;
}

bool reachable(const SocketAddress& address) {
  IpAddress ip = address.ip.unmapped();
  return address.port != 0 && !ip.is_unspecified() && !is_multicast(ip);
}

}  // namespace

std::string_view to_string(State state) {
  switch (state) {
    case State::new_:
      return "new";
    case State::checking:
      return "checking";
    case State::connected:
      return "connected";
    case State::disconnected:
      return "disconnected";
    case State::failed:
      return "failed";
  }
  return "new";
}

Result<void> Agent::Core::add_remote_candidate(Candidate candidate) {
  if (candidate.component != 1) return {};
  // A TCP candidate of type active has no port to speak of (RFC 6544 4.5); it will call us.
  if (candidate.transport == Transport::tcp && candidate.tcp_type == TcpType::active) return {};
  if (!reachable(candidate.address)) return fail(ErrorCode::invalid, "candidate address");
  if (!candidate.ufrag.empty() && remote && candidate.ufrag != remote->credentials.ufrag) {
    return {};
  }
  for (const Candidate& known : remotes) {
    if (known.transport == candidate.transport && known.address == candidate.address) return {};
  }
  if (remotes.size() >= kMaxRemoteCandidates) return fail(ErrorCode::limit, "remote candidates");
  remotes.push_back(std::move(candidate));
  form_pairs();
  return {};
}

void Agent::Core::set_remote_credentials(Credentials credentials) {
  if (remote && remote->credentials == credentials) return;
  if (remote) {
    remotes.clear();
    transactions.clear();
    nominating.reset();
    for (Pair& pair : pairs) {
      if (!config.lite && selected_pair != pair.id) pair.state = PairState::waiting;
    }
  }
  // Candidates may have come before the credentials they belong to.
  std::erase_if(remotes, [&](const Candidate& candidate) {
    return !candidate.ufrag.empty() && candidate.ufrag != credentials.ufrag;
  });
  remote.emplace(std::move(credentials));
  if (state == State::new_) set_state(State::checking);
}

void Agent::Core::restart(Credentials local) {
  if (selected_pair) old_alive_at = selected_alive_at();
  selected_pair.reset();
  responder.rotate(std::move(local));
  retired_until.reset();
  remote.reset();
  remotes.clear();
  pairs.clear();
  transactions.clear();
  nominating.reset();
  first_valid_at.reset();
  started.reset();
  set_state(State::checking);
}

void Agent::Core::flow_closed(std::uint64_t flow, Instant now) {
  clock(now);
  auto on_flow = [&](const Path& path) {
    return path.transport == Transport::tcp && path.flow == flow;
  };
  for (const Pair& pair : pairs) {
    if (!on_flow(pair.path)) continue;
    transactions.erase_pair(pair.id);
    if (nominating == pair.id) nominating.reset();
  }
  pairs.erase_if([&](const Pair& pair) { return on_flow(pair.path); });
  if (selected && on_flow(*selected)) lose_selected(last_now);
}

void Agent::Core::form_pairs() {
  if (config.lite) return;
  for (const Candidate& local : locals) {
    for (const Candidate& remote_candidate : remotes) form_pair(local, remote_candidate);
  }
}

void Agent::Core::form_pair(const Candidate& local, const Candidate& remote_candidate) {
  // Over TCP the active side opens a connection, which is the shell's business: add_path().
  if (local.transport != Transport::udp || remote_candidate.transport != Transport::udp) return;
  const SocketAddress& base = local.base_address();
  if (base.ip.family != remote_candidate.address.ip.family) return;
  if (base.ip.is_link_local() != remote_candidate.address.ip.is_link_local()) return;
  Path path{Transport::udp, base, remote_candidate.address, 0};
  if (Pair* known = pairs.find(path)) {
    // Found by a check before it was signalled: now its real priority is known.
    known->remote_priority = remote_candidate.priority;
    pairs.set_priorities(controlling);
    return;
  }
  if (pairs.size() >= kMaxPairs) return;
  std::optional<std::uint32_t> evicted;
  pairs.insert(path, local.priority, remote_candidate.priority, controlling, selected_pair,
               &evicted);
}

Agent::Agent(Config config, Random& random)
    : core_(std::make_unique<Core>(std::move(config), random)) {}
Agent::~Agent() = default;
Agent::Agent(Agent&&) noexcept = default;
Agent& Agent::operator=(Agent&&) noexcept = default;

Result<void> Agent::set_remote_credentials(std::string ufrag, std::string pwd) {
  Credentials credentials{std::move(ufrag), std::move(pwd)};
  if (!valid(credentials)) return fail(ErrorCode::invalid, "ice-ufrag or ice-pwd");
  core_->set_remote_credentials(std::move(credentials));
  return {};
}

Result<void> Agent::add_remote_candidate(Candidate candidate) {
  return core_->add_remote_candidate(std::move(candidate));
}

void Agent::set_local_candidates(std::vector<Candidate> candidates) {
  if (candidates.size() > kMaxLocalCandidates) candidates.resize(kMaxLocalCandidates);
  core_->locals = std::move(candidates);
  core_->form_pairs();
}

Result<void> Agent::add_path(const Path& path) {
  if (core_->config.lite) return fail(ErrorCode::conflict, "a lite agent sends no checks");
  if (!reachable(path.remote)) return fail(ErrorCode::invalid, "remote address");
  if (core_->pairs.size() >= kMaxPairs) return fail(ErrorCode::limit, "candidate pairs");
  core_->pair_of(path, candidate_priority(CandidateType::host, path.transport, 65535));
  return {};
}

void Agent::flow_closed(std::uint64_t flow, Instant now) { core_->flow_closed(flow, now); }
void Agent::restart(Credentials local) { core_->restart(std::move(local)); }
void Agent::receive(const Path& path, Bytes stun, Instant now) { core_->receive(path, stun, now); }
void Agent::timeout(Instant now) { core_->timeout(now); }
std::optional<Instant> Agent::next_deadline() const { return core_->next_deadline(); }

std::optional<Transmit> Agent::poll_transmit() {
  if (core_->transmits.empty()) return std::nullopt;
  Transmit next = std::move(core_->transmits.front());
  core_->transmits.pop_front();
  return next;
}

std::optional<Event> Agent::poll_event() {
  if (core_->events.empty()) return std::nullopt;
  Event next = std::move(core_->events.front());
  core_->events.pop_front();
  return next;
}

State Agent::state() const { return core_->state; }
bool Agent::lite() const { return core_->config.lite; }
bool Agent::controlling() const { return core_->controlling; }
const std::optional<Path>& Agent::selected() const { return core_->selected; }

bool Agent::validated(const Path& path) const {
  if (core_->selected && same_way(*core_->selected, path)) return true;
  const Pair* pair = core_->pairs.find(path);
  return pair != nullptr && pair->alive_at.has_value();
}

std::optional<Duration> Agent::rtt() const {
  const Pair* pair = core_->pairs.by_id(core_->selected_pair);
  return pair != nullptr ? pair->rtt : std::nullopt;
}

const Credentials& Agent::local_credentials() const { return core_->responder.current(); }

std::optional<std::string_view> Agent::retired_ufrag() const {
  const Credentials* retired = core_->responder.retired();
  if (retired == nullptr) return std::nullopt;
  return retired->ufrag;
}

const Stats& Agent::stats() const { return core_->stats; }

}  // namespace portico::protocol::ice
