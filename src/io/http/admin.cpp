#include "io/http/admin.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <map>

namespace portico::io::http {

std::string metrics_text(const MetricsRegistry& registry) {
  std::vector<prometheus::MetricFamily> families;
  std::map<std::string, std::size_t, std::less<>> index;
  registry.for_each([&](const MetricsRegistry::Entry& entry) {
    const bool counter = entry.kind == MetricsRegistry::Kind::counter;
    auto [position, fresh] = index.try_emplace(entry.name, families.size());
    if (fresh) {
      families.push_back({entry.name,
                          entry.help,
                          counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge,
                          {}});
    }
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : entry.labels) metric.label.push_back({name, value});
    const auto value = static_cast<double>(entry.metric.value());
    if (counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
    families[position->second].metric.push_back(std::move(metric));
  });
  return prometheus::TextSerializer().Serialize(families);
}

void add_admin_routes(Router& router, const MetricsRegistry& registry,
                      std::function<Readiness()> readiness) {
  router.add("GET", "/metrics", immediate([&registry](const Request&) {
               Response response = Response::text(200, metrics_text(registry));
               response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
               response.quiet = true;
               return response;
             }));
  router.add("GET", "/healthz", immediate([](const Request&) {
               Response response = Response::text(200, "ok\n");
               response.quiet = true;
               return response;
             }));
  router.add("GET", "/readyz", immediate([readiness = std::move(readiness)](const Request&) {
               const Readiness state = readiness();
               Response response = state.ready ? Response::text(200, "ready\n")
                                               : Response::text(503, state.reason + "\n");
               response.quiet = true;
               return response;
             }));
}

}  // namespace portico::io::http
