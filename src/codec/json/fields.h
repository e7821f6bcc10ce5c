#pragma once
// Small JSON objects as request bodies have them: one level of named values, read by type, with
// errors that name the field.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

namespace portico::codec::json {

class Fields {
 public:
  // Errors: invalid (not JSON, or not an object), limit (more than 64 KiB or 256 members). Members
  // that are null, objects or arrays are left out.
  static Result<Fields> parse(std::string_view text);

  bool has(std::string_view name) const { return values_.contains(std::string(name)); }
  // Errors: invalid with "<name> is missing" or "<name> must be a ...".
  Result<std::string> text(std::string_view name) const;
  Result<std::int64_t> integer(std::string_view name) const;
  Result<bool> boolean(std::string_view name) const;
  // The value, or `fallback` when the member is missing; of another type it is an error.
  Result<std::string> text_or(std::string_view name, std::string fallback) const;
  Result<std::int64_t> integer_or(std::string_view name, std::int64_t fallback) const;

 private:
  using Value = std::variant<std::string, std::int64_t, double, bool>;
  template <class T>
  Result<T> get(std::string_view name, std::string_view type) const;
  std::map<std::string, Value> values_;
};

// Builds an object member by member; keeps the order.
class ObjectWriter {
 public:
  ObjectWriter& text(std::string_view name, std::string_view value);
  ObjectWriter& integer(std::string_view name, std::int64_t value);
  ObjectWriter& boolean(std::string_view name, bool value);
  std::string take();

 private:
  void name(std::string_view name);
  std::string out_ = "{";
};

}  // namespace portico::codec::json
