#pragma once
// Which sockets this server opens and under which addresses clients find them: the rows of the
// door's table and the ICE candidates that follow from them.

#include <string>
#include <vector>

#include "app/server.h"
#include "base/result.h"
#include "io/door/listener_table.h"

namespace portico::app {

struct Advertised {
  std::vector<IpAddress> addresses;   // where clients reach us, best first
  std::vector<std::string> warnings;  // sentences for the log
  bool media_port = false;            // the extra media port is needed
};

// Addresses from the configuration, else from the interfaces. `browsers_refuse`: Chromium does not
// use candidates below port 1024 on private, loopback and CGN addresses (except that 80 and 443 are
// allowed on public ones), so there a media port is added.
Result<Advertised> advertise(const ServerOptions& options);

io::door::ListenerTable listener_table(const ServerOptions& options, const Advertised& advertised);

// "candidate:..." lines: UDP first, TCP passive after it, for each advertised address and each port
// that media may use.
std::vector<std::string> candidate_lines(const ServerOptions& options,
                                         const Advertised& advertised);

}  // namespace portico::app
