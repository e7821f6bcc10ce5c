#pragma once
// The command line of bench_bridge.

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/socket_address.h"
#include "base/time.h"

namespace portico::bench {

enum class Target : std::uint8_t { livekit, janus, floor };

struct Options {
  Target target = Target::livekit;
  std::string name;                         // in the report; default: the target's
  std::string url = "ws://127.0.0.1:7880";  // floor: host:port of its UDP socket
  std::string key = "devkey";
  std::string secret;
  std::string room = "bench";
  bool single = false;  // one peer connection a client (/rtc/v1), else two (/rtc)
  std::uint32_t subscribers = 100;
  std::uint32_t rate = 1000;  // packets a second from the publisher
  std::uint32_t size = 1200;  // bytes of an RTP packet
  std::uint32_t burst = 4;
  Duration duration = 10s;
  std::uint32_t verify_every = 128;
  pid_t pid = 0;  // of the server
  IpAddress bind = IpAddress::v4(127, 0, 0, 1);
  int cpu = -1;      // pins the generator
  std::string json;  // writes the result there, too
};

// Errors name the argument.
Result<Options> read_options(int argc, char** argv);
std::string usage();

}  // namespace portico::bench
