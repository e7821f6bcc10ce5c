#include "app/config_toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace portico::app {
namespace {

void read_node(const std::string& key, const toml::node& node, std::vector<TomlEntry>& out) {
  if (const toml::table* table = node.as_table()) {
    for (const auto& [name, child] : *table) {
      const std::string text(name.str());
      read_node(key.empty() ? text : key + "." + text, child, out);
    }
    return;
  }
  TomlEntry entry{key, false, true, static_cast<unsigned>(node.source().begin.line)};
  if (const auto flag = node.value_exact<bool>()) {
    entry.value = *flag;
  } else if (const auto number = node.value_exact<std::int64_t>()) {
    entry.value = *number;
  } else if (auto text = node.value_exact<std::string>()) {
    entry.value = std::move(*text);
  } else if (const toml::array* array = node.as_array()) {
    std::vector<std::string> list;
    for (const toml::node& element : *array) {
      auto item = element.value_exact<std::string>();
      entry.supported = entry.supported && item.has_value();
      if (item) list.push_back(std::move(*item));
    }
    entry.value = std::move(list);
  } else {
    entry.supported = false;
  }
  out.push_back(std::move(entry));
}

}  // namespace

Result<std::vector<TomlEntry>> parse_toml(std::string_view text, std::string_view name) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return fail(ErrorCode::invalid, fmt::format("{}:{}: not TOML: {}", name, error.source().begin.line,
                                                std::string_view(error.description())));
  }
  std::vector<TomlEntry> entries;
  read_node("", parsed.table(), entries);
  std::ranges::sort(entries, [](const TomlEntry& a, const TomlEntry& b) {
    return std::tie(a.line, a.key) < std::tie(b.line, b.key);
  });
  return entries;
}

}  // namespace portico::app
