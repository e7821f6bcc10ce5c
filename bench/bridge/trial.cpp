#include "bench/bridge/trial.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "bench/bridge/options.h"
#include "bench/common/process_stats.h"

namespace portico::bench {

namespace {

constexpr std::size_t kJoining = 4;   // at a time
constexpr Duration kJoinLimit = 15s;  // each
constexpr Duration kRest = 200ms;     // everything under way arrives
constexpr Duration kWarmUp = 2s;
constexpr std::uint32_t kIdleRate = 240;  // packets a second while subscribers join

struct Viewer {
  std::unique_ptr<Subscriber> client;
  Instant started;
  bool up() const { return client->deliveries().first_frame.has_value(); }
  double join_ms() const {
    return static_cast<double>((*client->deliveries().first_frame - started).count()) / 1e6;
  }
};

class Trial {
 public:
  Trial(const Bench& bench, Driver& driver) : bench_(bench), driver_(driver) {}

  Result<Outcome> run() {
    bench_.reactor.every_10ms([this](Instant now) { tick(now); });
    PORTICO_TRY_DO(start_publisher());
    outcome_.resident_before = resident_bytes(bench_.options.pid);
    PORTICO_TRY_DO(join_all());
    rest();
    outcome_.resident_joined = resident_bytes(bench_.options.pid);
    stream(bench_.options.rate);
    bench_.reactor.run(monotonic_now() + kWarmUp);
    rest();
    measure();
    summarise();
    bench_.reactor.every_10ms({});
    bench_.reactor.pace(Duration(0), {});
    if (!failure_.empty()) return fail(ErrorCode::io, failure_);
    return outcome_;
  }

 private:
  void tick(Instant now) {
    driver_.tick(now);
    // Tens of clients a turn, so that a tick never holds the stream up for long.
    if (publisher_) note(*publisher_, now);
    for (Viewer& viewer : viewers_) note(*viewer.client, now);
  }
  void note(Client& client, Instant now) {
    client.tick(now);
    if (failure_.empty()) failure_ = client.failure();
  }

  void stream(std::uint32_t rate) {
    Duration period = Duration(1s) * bench_.options.burst / rate;
    bench_.reactor.pace(period, [this] { publisher_->send_burst(); });
  }
  void rest() {
    bench_.reactor.pace(Duration(0), {});
    bench_.reactor.run(monotonic_now() + kRest);
  }

  Result<void> start_publisher() {
    PORTICO_TRY(publisher, driver_.publish());
    publisher_ = std::move(publisher);
    bool ready = bench_.reactor.run(monotonic_now() + kJoinLimit,
                                    [this] { return publisher_->ready() || !failure_.empty(); });
    if (!failure_.empty()) return fail(ErrorCode::io, failure_);
    if (!ready) return fail(ErrorCode::timeout, "the publisher is not connected after 15 s");
    stream(kIdleRate);
    bench_.reactor.run(monotonic_now() + 1s);
    return {};
  }

  Result<void> join_all() {
    while (viewers_.size() < bench_.options.subscribers) {
      Instant now = monotonic_now();
      PORTICO_TRY(client, driver_.subscribe(static_cast<std::uint32_t>(viewers_.size() + 1)));
      viewers_.push_back({std::move(client), now});
      PORTICO_TRY_DO(wait_for(kJoining - 1));
    }
    return wait_for(0);
  }
  // Until at most `missing` of the viewers are without a picture.
  Result<void> wait_for(std::size_t missing) {
    auto absent = [this] {
      return std::count_if(viewers_.begin(), viewers_.end(),
                           [](const Viewer& v) { return !v.up(); });
    };
    auto limit = static_cast<std::ptrdiff_t>(missing);
    bool done = bench_.reactor.run(monotonic_now() + kJoinLimit,
                                   [&] { return absent() <= limit || !failure_.empty(); });
    if (!failure_.empty()) return fail(ErrorCode::io, failure_);
    if (done) return {};
    return fail(ErrorCode::timeout, fmt::format("{} of {} subscribers have no picture after 15 s",
                                                absent(), viewers_.size()));
  }

  Deliveries total() const {
    Deliveries sum;
    for (const Viewer& viewer : viewers_) {
      const Deliveries& d = viewer.client->deliveries();
      sum.packets += d.packets;
      sum.verified += d.verified;
      sum.forged += d.forged;
      sum.repeated += d.repeated;
    }
    return sum;
  }

  void measure() {
    Deliveries before = total();
    std::uint32_t sent = publisher_->source().packets();
    std::uint32_t keys = publisher_->source().key_frames();
    Duration own = run_time(getpid());
    Duration server = run_time(bench_.options.pid);
    Instant start = monotonic_now();
    stream(bench_.options.rate);
    bench_.reactor.run(start + bench_.options.duration);
    rest();
    outcome_.run_time = run_time(bench_.options.pid) - server;
    outcome_.generator_time = run_time(getpid()) - own;
    outcome_.elapsed = monotonic_now() - start - kRest;
    Deliveries after = total();
    outcome_.sent = publisher_->source().packets() - sent;
    outcome_.key_frames = publisher_->source().key_frames() - keys;
    outcome_.expected = outcome_.sent * viewers_.size();
    outcome_.delivered = after.packets - before.packets;
    outcome_.verified = after.verified - before.verified;
    outcome_.forged = after.forged - before.forged;
    outcome_.repeated = after.repeated - before.repeated;
    outcome_.resident_after = resident_bytes(bench_.options.pid);
  }

  void summarise() {
    std::vector<double> joins;
    for (const Viewer& viewer : viewers_) joins.push_back(viewer.join_ms());
    std::sort(joins.begin(), joins.end());
    outcome_.join_ms_median = joins[joins.size() / 2];
    outcome_.join_ms_p95 = joins[(joins.size() - 1) * 95 / 100];
  }

  const Bench& bench_;
  Driver& driver_;
  std::unique_ptr<Publisher> publisher_;
  std::vector<Viewer> viewers_;
  std::string failure_;
  Outcome outcome_;
};

}  // namespace

Result<Outcome> run_trial(const Bench& bench, Driver& driver) { return Trial(bench, driver).run(); }

}  // namespace portico::bench
