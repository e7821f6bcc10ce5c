#include "codec/json/fields.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <limits>

namespace portico::codec::json {

namespace {

constexpr std::size_t kMaxText = 64 * 1024;
constexpr std::size_t kMaxMembers = 256;

}  // namespace

Result<Fields> Fields::parse(std::string_view text) {
  if (text.size() > kMaxText) return fail(ErrorCode::limit, "the JSON text is longer than 64 KiB");
  boost::json::error_code error;
  boost::json::value parsed;
  try {
    parsed = boost::json::parse({text.data(), text.size()}, error);
  } catch (const std::exception& e) {
    return fail(ErrorCode::invalid, e.what());
  }
  if (error) return fail(ErrorCode::invalid, "not JSON: " + error.message());
  if (!parsed.is_object()) return fail(ErrorCode::invalid, "expected a JSON object");
  if (parsed.get_object().size() > kMaxMembers) return fail(ErrorCode::limit, "too many members");
  Fields fields;
  for (const auto& member : parsed.get_object()) {
    std::string name(member.key());
    const auto& value = member.value();
    if (value.is_string()) {
      fields.values_[name] = std::string(value.get_string());
    } else if (value.is_int64()) {
      fields.values_[name] = value.get_int64();
    } else if (value.is_uint64()) {
      fields.values_[name] = static_cast<double>(value.get_uint64());
    } else if (value.is_double()) {
      fields.values_[name] = value.get_double();
    } else if (value.is_bool()) {
      fields.values_[name] = value.get_bool();
    }
  }
  return fields;
}

template <class T>
Result<T> Fields::get(std::string_view name, std::string_view type) const {
  auto found = values_.find(std::string(name));
  if (found == values_.end()) return fail(ErrorCode::invalid, fmt::format("{} is missing", name));
  if (const T* value = std::get_if<T>(&found->second)) return *value;
  return fail(ErrorCode::invalid, fmt::format("{} must be {}", name, type));
}

Result<std::string> Fields::text(std::string_view name) const {
  return get<std::string>(name, "a string");
}
Result<std::int64_t> Fields::integer(std::string_view name) const {
  return get<std::int64_t>(name, "a whole number");
}
Result<bool> Fields::boolean(std::string_view name) const {
  return get<bool>(name, "true or false");
}

Result<std::string> Fields::text_or(std::string_view name, std::string fallback) const {
  if (!has(name)) return fallback;
  return text(name);
}

Result<std::int64_t> Fields::integer_or(std::string_view name, std::int64_t fallback) const {
  if (!has(name)) return fallback;
  return integer(name);
}

void ObjectWriter::name(std::string_view name) {
  if (out_.size() > 1) out_ += ',';
  out_ += boost::json::serialize(boost::json::string_view(name.data(), name.size()));
  out_ += ':';
}

ObjectWriter& ObjectWriter::text(std::string_view key, std::string_view value) {
  name(key);
  out_ += boost::json::serialize(boost::json::string_view(value.data(), value.size()));
  return *this;
}

ObjectWriter& ObjectWriter::integer(std::string_view key, std::int64_t value) {
  name(key);
  out_ += std::to_string(value);
  return *this;
}

ObjectWriter& ObjectWriter::boolean(std::string_view key, bool value) {
  name(key);
  out_ += value ? "true" : "false";
  return *this;
}

std::string ObjectWriter::take() { return std::move(out_) + "}"; }

}  // namespace portico::codec::json
