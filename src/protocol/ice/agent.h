#pragma once
// One ICE agent for one component (RFC 8445), without sockets or clocks: datagrams and `now` go in,
// datagrams, events and the next deadline come out.
//
// Two kinds of agent:
//  * lite (RFC 8445 2.5): answers checks, is always controlled, sends none. What a server with a
//  reachable address needs.
//  * full: also sends checks of its own, as the controlled or the controlling side. Firefox needs
//  such a peer; the load generator
//    and the tests use the controlling one.
//
// Which path carries media (the controlled side): the pair the peer nominated. A peer that
// nominates every check (aggressive nomination) gets the one of the highest priority, the later one
// on a tie; a peer that moves its nomination to a lesser pair gets what it wants once it has
// nominated that pair twice without repeating the selected one, or once when nothing came over the
// selected one for 3 s. When that is silent for 6 s, any check on a pair nominated earlier does.
//
// Liveness: an authenticated check from the peer, or its answer to one of ours, on the selected
// pair. 10 s without: disconnected; 5 s more: failed. A failed agent stays so until restart().
//
// Restart (RFC 8445 9): selected() keeps naming the old path, and checks with the old credentials
// are still answered, until the new generation has a selected pair (and 3 s more). So media goes by
// selected(), not by state().
//
// Bounds: 16 local and 64 remote candidates, 100 pairs (32 in a lite agent; the least useful goes
// first, never the selected one), 64 queued datagrams (more are dropped: STUN repeats itself), 32
// queued events (the oldest goes), 10 answers a second to unauthenticated requests.
//
// One thread. No function here calls back, so any may be called at any time.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/path.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "protocol/ice/candidate.h"
#include "protocol/ice/credentials.h"

namespace portico::protocol::ice {

inline constexpr std::size_t kMaxLocalCandidates = 16;
inline constexpr std::size_t kMaxRemoteCandidates = 64;
inline constexpr std::size_t kMaxPairs = 100;  // RFC 8445 6.1.2.5
inline constexpr std::size_t kMaxPairsLite = 32;

enum class State : std::uint8_t {
  new_,      // nothing happened yet
  checking,  // looking for a path (after a restart: a new one, while selected() still names the old
             // one)
  connected,     // selected() is alive
  disconnected,  // no sign of life for a while; may come back
  failed,        // given up; checks are no longer answered; only restart() helps
};
std::string_view to_string(State state);

struct Timings {
  Duration connect = 30s;       // from the start of checking to failed
  Duration disconnected = 10s;  // without a sign of life
  Duration failed = 5s;         // after disconnected
  Duration pace = 50ms;         // Ta, between two new checks (RFC 8445 14.2)
  Duration retransmit = 250ms;  // first repetition of a check, doubling up to 2 s, 7 sends
  Duration keepalive =
      2s;  // between checks on the selected pair, +-20 %: keep-alive and consent (RFC 7675) at once
  Duration nomination_wait = 200ms;  // how long a controlling agent waits for a better pair
};

struct Config {
  bool lite = true;
  std::string ufrag;
  std::string pwd;
  bool controlling = false;  // full agents: the offerer is controlling (RFC 8445 6.1.1), except
                             // towards a lite peer: then always
  // Full, controlling agents: USE-CANDIDATE on every check, as RFC 5245's aggressive nomination and
  // Firefox do.
  bool aggressive = false;
  std::uint64_t tie_breaker = 0;  // random; decides role conflicts of full agents
  Timings timings;
};

struct Transmit {
  Path path;
  ByteVector data;
};

struct Event {
  enum class Kind : std::uint8_t {
    state_changed,     // `state`
    selected_changed,  // `path`: media goes there from now on
    role_changed,      // `controlling`: after a role conflict
  };
  Kind kind = Kind::state_changed;
  State state = State::new_;
  Path path;
  bool controlling = false;
};

// What an agent has seen; all counters only grow.
struct Stats {
  std::uint64_t checks_received = 0;  // valid ones
  std::uint64_t checks_sent = 0;      // repetitions included
  std::uint64_t responses_received = 0;
  std::uint64_t malformed = 0;  // not STUN, wrong fingerprint, missing or malformed attributes
  std::uint64_t unauthenticated = 0;  // wrong USERNAME or MESSAGE-INTEGRITY
  std::uint64_t role_conflicts = 0;
  std::uint64_t pairs_evicted = 0;
  std::uint64_t transmits_dropped = 0;
};

class Agent {
 public:
  // `random` (transaction ids, jitter) must outlive the agent.
  Agent(Config config, Random& random);
  ~Agent();
  Agent(Agent&&) noexcept;
  Agent& operator=(Agent&&) noexcept;

  // Full agents can't check before they know these; lite ones never need them. Different ones than
  // before (the peer's restart) drop the remote candidates and checks under way. Error: invalid
  // (lengths or alphabet).
  Result<void> set_remote_credentials(std::string ufrag, std::string pwd);
  // At most kMaxRemoteCandidates. One whose `ufrag` is set and differs from the peer's current one
  // is ignored (RFC 8838 11), as are duplicates and components other than 1. Errors: limit; invalid
  // (unspecified or multicast address).
  Result<void> add_remote_candidate(Candidate candidate);
  // Where we can be reached; full agents check from their bases. The first kMaxLocalCandidates
  // count.
  void set_local_candidates(std::vector<Candidate> candidates);
  // Full agents: a TCP connection to the peer that the shell has opened and that is to be checked
  // (RFC 6544 active).
  Result<void> add_path(const Path& path);
  // The shell lost this TCP connection: its pairs are gone. If it was selected, the best other
  // nominated pair takes over; else selected() is empty and the state is disconnected.
  void flow_closed(std::uint64_t flow, Instant now);
  // Begins a new generation with new local credentials; remote ones and candidates of both sides
  // have to be set again (local ones are kept). See above for what the old pair still does.
  void restart(Credentials local);

  // One datagram (or one RFC 4571 frame) that looks like STUN.
  void receive(const Path& path, Bytes stun, Instant now);
  std::optional<Transmit> poll_transmit();
  std::optional<Event> poll_event();
  // Call at next_deadline(), or earlier; late calls do no harm.
  void timeout(Instant now);
  // May lie in the past (work to do now). nullopt: nothing to wait for.
  std::optional<Instant> next_deadline() const;

  State state() const;
  bool lite() const;
  bool controlling() const;
  // Where media goes, and where it may come from.
  const std::optional<Path>& selected() const;
  // Is it selected(), or did an authenticated check or answer of this generation come over it? What
  // the onion asks before it lets DTLS or SRTP from a path in.
  bool validated(const Path& path) const;
  // Last round trip measured on the selected pair; full agents only.
  std::optional<Duration> rtt() const;
  const Credentials& local_credentials() const;
  // The ufrag of the generation before, while it is still answered to: the door must know both.
  std::optional<std::string_view> retired_ufrag() const;
  const Stats& stats() const;

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace portico::protocol::ice
