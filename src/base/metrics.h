#pragma once
// Counters and gauges that any thread may touch without a lock. A Registry owns them; io/http's
// admin page renders it.

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace portico {

class Metric {
 public:
  void add(std::int64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  void set(std::int64_t n) { value_.store(n, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

class MetricsRegistry {
 public:
  enum class Kind { counter, gauge };
  using Labels = std::vector<std::pair<std::string, std::string>>;
  struct Entry {
    std::string name;  // Prometheus conventions: portico_<what>_<unit>[_total]
    std::string help;
    Kind kind;
    Labels labels;
    Metric metric;
  };

  // Returns the metric of that name and labels, made on first use. The reference lives as long as
  // the registry. Any thread.
  Metric& get(Kind kind, std::string_view name, std::string_view help, Labels labels = {});
  Metric& counter(std::string_view name, std::string_view help, Labels labels = {}) {
    return get(Kind::counter, name, help, std::move(labels));
  }
  Metric& gauge(std::string_view name, std::string_view help, Labels labels = {}) {
    return get(Kind::gauge, name, help, std::move(labels));
  }

  // Calls visit(const Entry&) for each entry in order of registration.
  template <class Visit>
  void for_each(Visit visit) const {
    std::lock_guard lock(mutex_);
    for (const Entry& entry : entries_) visit(entry);
  }

 private:
  mutable std::mutex mutex_;  // guards the list, not the values
  std::deque<Entry> entries_;
};

}  // namespace portico
