#pragma once
// What the trial needs from a kind of server: somebody who publishes and many who watch.

#include <memory>
#include <string>

#include "bench/bridge/client_peer.h"

namespace portico::bench {

class Client {
 public:
  virtual ~Client() = default;
  virtual void tick(Instant now) = 0;
  // A sentence; empty while all is well.
  virtual std::string failure() const = 0;
};

class Publisher : public Client {
 public:
  virtual bool ready() const = 0;
  // Sends the next burst; call when ready.
  virtual void send_burst() = 0;
  virtual const VideoSource& source() const = 0;
};

class Subscriber : public Client {
 public:
  // first_frame is counted from the moment the subscriber was made.
  virtual const Deliveries& deliveries() const = 0;
};

class Driver {
 public:
  virtual ~Driver() = default;
  virtual Result<std::unique_ptr<Publisher>> publish() = 0;
  // After the publisher is ready.
  virtual Result<std::unique_ptr<Subscriber>> subscribe(std::uint32_t number) = 0;
  virtual void tick(Instant /*now*/) {}
};

struct Options;

// What drivers share. All of it outlives them.
struct Bench {
  Reactor& reactor;
  Random& random;
  const protocol::dtls::Factory& dtls;
  const Options& options;
};

Result<std::unique_ptr<Driver>> make_livekit_driver(const Bench& bench);
Result<std::unique_ptr<Driver>> make_janus_driver(const Bench& bench);
Result<std::unique_ptr<Driver>> make_floor_driver(const Bench& bench);

}  // namespace portico::bench
