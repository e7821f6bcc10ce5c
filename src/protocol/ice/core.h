#pragma once
// What an Agent is made of; only the .cpp files of this folder include it. Incoming datagrams:
// core_receive.cpp. Checks of our own: core_checks.cpp. States, selection and time: core.cpp.
// Candidates and the public face: agent.cpp.

#include <deque>
#include <optional>
#include <vector>

#include "codec/stun/integrity.h"
#include "codec/stun/message.h"
#include "protocol/ice/agent.h"
#include "protocol/ice/pair.h"
#include "protocol/ice/responder.h"
#include "protocol/ice/transactions.h"

namespace portico::protocol::ice {

struct Agent::Core {
  struct Remote {
    explicit Remote(Credentials c) : credentials(std::move(c)), key(as_bytes(credentials.pwd)) {}
    Credentials credentials;
    codec::stun::IntegrityKey key;
  };

  Core(Config config, Random& random);

  // agent.cpp: candidates and credentials
  Result<void> add_remote_candidate(Candidate candidate);
  void set_remote_credentials(Credentials credentials);
  void restart(Credentials local);
  void flow_closed(std::uint64_t flow, Instant now);
  void form_pairs();
  void form_pair(const Candidate& local, const Candidate& remote);

  // core_receive.cpp
  void receive(const Path& path, Bytes datagram, Instant now);
  void on_check(const Path& path, const codec::stun::Message& check, Instant now);
  // True: go on; false: a conflict, answered with 487.
  bool settle_role(const Path& path, const codec::stun::Message& check);
  void on_valid_check(Pair& pair, const codec::stun::Message& check, Instant now);
  void on_answer(const Path& path, const codec::stun::Message& answer, Instant now);
  void on_success(const Path& path, const Transaction& transaction, Instant now);
  // An error other than one that may pass by itself.
  void on_refusal(int code, const Transaction& transaction);
  Pair& pair_of(const Path& path, std::uint32_t remote_priority);
  std::uint32_t local_priority_of(const Path& path) const;

  // core_checks.cpp: full agents only
  bool can_check() const { return !config.lite && remote.has_value() && state != State::failed; }
  Pair* next_to_check();
  void send_check(Pair& pair, bool nominating, bool keepalive, Instant now);
  void run_checks(Instant now);
  void run_transactions(Instant now);
  void run_nomination(Instant now);  // controlling agents
  void run_keepalive(Instant now);
  // Is there a pair that might still turn out better than `pair`?
  bool better_under_way(const Pair& pair) const;
  Pair* best_valid();
  std::optional<Instant> checks_deadline() const;
  std::optional<Instant> nomination_deadline() const;
  void switch_role(bool to_controlling);

  // core.cpp
  void clock(Instant now);
  void timeout(Instant now);
  std::optional<Instant> next_deadline() const;
  std::optional<Instant> liveness_deadline() const;
  void run_liveness(Instant now);
  void set_state(State next);
  void select(Pair& pair, Instant now);
  void mark_alive(Pair& pair, Instant now);
  // When something was last heard over selected(), also if it is of the previous generation.
  std::optional<Instant> selected_alive_at() const;
  void lose_selected(Instant now);
  void push_event(Event event);
  void transmit(const Path& path, ByteVector data);

  Config config;
  Random& random;
  Responder responder;
  std::optional<Remote> remote;
  std::vector<Candidate> locals;
  std::vector<Candidate> remotes;
  PairTable pairs;
  Transactions transactions;
  Stats stats;

  State state = State::new_;
  bool controlling = false;
  std::optional<Path> selected;
  std::optional<std::uint32_t>
      selected_pair;                     // absent while `selected` is of the previous generation
  std::optional<Instant> old_alive_at;   // of that one
  std::optional<Instant> retired_until;  // set once the new generation has a selected pair

  Instant last_now{};
  std::optional<Instant> started;       // checking began
  std::optional<Instant> silent_since;  // disconnected began
  Instant next_check_at{};
  Instant keepalive_at{};
  std::optional<Instant> first_valid_at;    // controlling: the wait for a better pair began
  std::optional<std::uint32_t> nominating;  // controlling: the pair whose nomination is under way

  std::deque<Event> events;
  std::deque<Transmit> transmits;
};

}  // namespace portico::protocol::ice
