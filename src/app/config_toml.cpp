#include "app/config_toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <tuple>

// The library states facts about its input with assert(), and is wrong for some ("[="): let them be
// errors like any other. NDEBUG would turn them into promises to the compiler, which is worse.
#undef NDEBUG
#define TOML_EXCEPTIONS 1
#define TOML_ASSERT(expression)                                       \
  do {                                                                \
    if (!(expression)) throw std::logic_error("this cannot be read"); \
  } while (false)
#include <toml++/toml.h>

namespace portico::app {
namespace {

// The library's tables of characters beyond ASCII have holes that end in undefined behaviour. It
// never sees any: each such byte goes in as '@' and two hex digits, as does '@' itself, and comes
// back from keys and strings. Outside strings and comments, where TOML wants ASCII, '@' is an error
// as the character would have been.
std::string to_ascii(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '@' || static_cast<unsigned char>(c) >= 0x80) {
      out += fmt::format("@{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string from_ascii(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '@' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      out.push_back(static_cast<char>(byte));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

void read_node(const std::string& key, const toml::node& node, std::vector<TomlEntry>& out) {
  if (const toml::table* table = node.as_table()) {
    for (const auto& [name, child] : *table) {
      const std::string text = from_ascii(name.str());
      read_node(key.empty() ? text : key + "." + text, child, out);
    }
    return;
  }
  TomlEntry entry{key, false, true, static_cast<unsigned>(node.source().begin.line)};
  if (const auto flag = node.value_exact<bool>()) {
    entry.value = *flag;
  } else if (const auto number = node.value_exact<std::int64_t>()) {
    entry.value = *number;
  } else if (const auto text = node.value_exact<std::string>()) {
    entry.value = from_ascii(*text);
  } else if (const toml::array* array = node.as_array()) {
    std::vector<std::string> list;
    for (const toml::node& element : *array) {
      const auto item = element.value_exact<std::string>();
      entry.supported = entry.supported && item.has_value();
      if (item) list.push_back(from_ascii(*item));
    }
    entry.value = std::move(list);
  } else {
    entry.supported = false;
  }
  out.push_back(std::move(entry));
}

}  // namespace

Result<std::vector<TomlEntry>> parse_toml(std::string_view text, std::string_view name) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::vector<TomlEntry> entries;
  try {
    const toml::table parsed = toml::parse(to_ascii(text));
    read_node("", parsed, entries);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::invalid,
                fmt::format("{}:{}: not TOML: {}", name, error.source().begin.line,
                            from_ascii(error.description())));
  } catch (const std::exception& error) {
    return fail(ErrorCode::invalid, fmt::format("{}: not TOML: {}", name, error.what()));
  }
  std::ranges::sort(entries, [](const TomlEntry& a, const TomlEntry& b) {
    return std::tie(a.line, a.key) < std::tie(b.line, b.key);
  });
  return entries;
}

}  // namespace portico::app
