#pragma once
// What operators and their tools ask a running server: metrics, is it alive, is it ready.

#include <functional>
#include <string>

#include "base/metrics.h"
#include "io/http/router.h"

namespace portico::io::http {

// All metrics in Prometheus' text format 0.0.4.
std::string metrics_text(const MetricsRegistry& registry);

struct Readiness {
  bool ready = true;
  std::string reason;  // for people, when not ready
};

// Adds GET /metrics, /healthz (200 "ok" while the loop turns) and /readyz (200, or 503 with the
// reason).
void add_admin_routes(Router& router, const MetricsRegistry& registry,
                      std::function<Readiness()> readiness);

}  // namespace portico::io::http
