#include "base/metrics.h"

namespace portico {

Metric& MetricsRegistry::get(Kind kind, std::string_view name, std::string_view help,
                             Labels labels) {
  std::lock_guard lock(mutex_);
  for (Entry& entry : entries_) {
    if (entry.name == name && entry.labels == labels) return entry.metric;
  }
  Entry& entry = entries_.emplace_back();
  entry.name = name;
  entry.help = help;
  entry.kind = kind;
  entry.labels = std::move(labels);
  return entry.metric;
}

}  // namespace portico
