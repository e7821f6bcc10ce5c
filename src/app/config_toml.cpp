#include "app/config_toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <tuple>

// The library states facts about its input with assert(), and is wrong for some ("[="): let them be errors like any other.
#define TOML_EXCEPTIONS 1
#define TOML_ASSERT(expression) \
  do {                          \
    if (!(expression)) throw std::logic_error("this cannot be read"); \
  } while (false)
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

// Where a string or comment that starts at `at` ends; `at` itself when none starts there.
std::size_t skip_text(std::string_view text, std::size_t at) {
  const char quote = text[at];
  if (quote == '#') return std::min(text.find('\n', at), text.size());
  if (quote != '"' && quote != '\'') return at;
  const bool multi = text.substr(at, 3) == std::string(3, quote);
  std::size_t i = at + (multi ? 3 : 1);
  while (i < text.size()) {
    if (quote == '"' && text[i] == '\\') {
      i += 2;
    } else if (multi && text.substr(i, 3) == std::string(3, quote)) {
      i += 3;
      // Up to two more quotes belong to the content.
      for (int more = 0; more < 2 && i < text.size() && text[i] == quote; ++more) ++i;
      return i;
    } else if (!multi && (text[i] == quote || text[i] == '\n')) {
      return i + 1;
    } else {
      ++i;
    }
  }
  return text.size();
}

// Outside strings and comments TOML is ASCII. The library has undefined behaviour for some characters beyond, so they are refused here.
Result<void> check_ascii(std::string_view text, std::string_view name) {
  unsigned line = 1;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = skip_text(text, i);
    if (end == i) {
      if (static_cast<unsigned char>(text[i]) >= 0x80) {
        return fail(ErrorCode::invalid, fmt::format("{}:{}: not TOML: letters beyond ASCII must be in quotes", name, line));
      }
      if (text[i] == '\n') ++line;
      ++i;
      continue;
    }
    line += static_cast<unsigned>(std::ranges::count(text.substr(i, std::min(end, text.size()) - i), '\n'));
    i = end;
  }
  return {};
}

}  // namespace

Result<std::vector<TomlEntry>> parse_toml(std::string_view text, std::string_view name) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (auto checked = check_ascii(text, name); !checked) return tl::unexpected(checked.error());
  std::vector<TomlEntry> entries;
  try {
    const toml::table parsed = toml::parse(text);
    read_node("", parsed, entries);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::invalid, fmt::format("{}:{}: not TOML: {}", name, error.source().begin.line,
                                                std::string_view(error.description())));
  } catch (const std::exception& error) {
    return fail(ErrorCode::invalid, fmt::format("{}: not TOML: {}", name, error.what()));
  }
  std::ranges::sort(entries, [](const TomlEntry& a, const TomlEntry& b) {
    return std::tie(a.line, a.key) < std::tie(b.line, b.key);
  });
  return entries;
}

}  // namespace portico::app
