#pragma once
// The running server: one control loop with the front door and the services, workers behind it.
// Built once from ServerOptions, torn down in the reverse order.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/socket_address.h"
#include "base/time.h"

namespace portico::app {

struct ServerOptions {
  std::string data_directory = "data";
  std::uint16_t port = 8443;           // TCP and UDP
  std::vector<IpAddress> bind;         // empty: every address of both families
  std::optional<IpAddress> public_v4;  // empty: found by looking at the interfaces
  std::optional<IpAddress> public_v6;
  std::uint16_t media_port = 10000;        // opened as well where browsers would refuse `port`
  std::string public_name;                 // host name in links; empty: the address
  std::string certificate_file, key_file;  // empty: self-signed
  bool hsts = false;
  SocketAddress admin{IpAddress::v4(127, 0, 0, 1), 0};
  std::size_t workers = 0;                  // 0: one less than there are cores, at least one
  std::map<std::string, std::string> keys;  // API key -> secret
  bool open_rooms = false;
  bool auto_create = true;
  std::uint32_t max_participants = 0;
  Duration empty_timeout = 300s;
  Duration departure_timeout = 20s;
  bool remote_unmute = false;
  std::string web_directory;  // empty: the embedded web app
};

// Runs until SIGTERM or SIGINT has been handled; SIGHUP loads the certificate again. `ready` is
// called with the link to open once everything listens. Errors are sentences for the person who
// started the server.
Result<void> serve(const ServerOptions& options, Logger& logger,
                   const std::function<void(const std::string& link)>& ready);

}  // namespace portico::app
