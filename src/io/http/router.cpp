#include "io/http/router.h"

#include <algorithm>

namespace portico::io::http {
namespace {

runtime::Task<Response> ready(Response response) { co_return response; }

}  // namespace

Handler immediate(std::function<Response(const Request&)> function) {
  return [function = std::move(function)](Request request) { return ready(function(request)); };
}

void Router::add(std::string_view method, std::string_view path, Handler handler,
                 RouteOptions options) {
  auto route = std::make_shared<const Route>(Route{std::move(handler), options});
  exact_[std::string(path)].push_back({std::string(method), std::move(route)});
}

void Router::add_prefix(std::string_view method, std::string_view prefix, Handler handler,
                        RouteOptions options) {
  auto route = std::make_shared<const Route>(Route{std::move(handler), options});
  prefixes_[std::string(prefix)].push_back({std::string(method), std::move(route)});
}

void Router::set_fallback(Handler handler) {
  fallback_ = std::make_shared<const Route>(Route{std::move(handler), {}});
}

// Fills `match`; true when a route answers the method.
bool Router::look(const Entries& entries, std::string_view method, Match& match) {
  match.path_known = true;
  for (const Entry& entry : entries) {
    match.cors = match.cors || entry.route->options.cors;
    const bool head = method == "HEAD" && entry.method == "GET";
    if (match.route == nullptr && (entry.method == method || head || entry.method == "*")) {
      match.route = entry.route.get();
    }
    if (!match.allow.empty()) match.allow += ", ";
    match.allow += entry.method == "GET" ? "GET, HEAD" : entry.method;
  }
  return match.route != nullptr;
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
  Match match;
  if (const auto exact = exact_.find(path); exact != exact_.end()) {
    look(exact->second, method, match);
    return match;
  }
  const Entries* best = nullptr;
  std::size_t longest = 0;
  for (const auto& [prefix, entries] : prefixes_) {
    if (path.starts_with(prefix) && (best == nullptr || prefix.size() > longest)) {
      best = &entries;
      longest = prefix.size();
    }
  }
  if (best != nullptr) {
    look(*best, method, match);
    return match;
  }
  if (fallback_) {
    match.path_known = true;
    match.allow = "GET, HEAD";
    if (method == "GET" || method == "HEAD") match.route = fallback_.get();
  }
  return match;
}

}  // namespace portico::io::http
