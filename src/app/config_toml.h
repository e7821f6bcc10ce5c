#pragma once
// TOML text as a flat list of keys. The only file behind it that knows the TOML library.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/config_table.h"
#include "base/result.h"

namespace portico::app {

struct TomlEntry {
  std::string key;  // "room.empty_timeout"; in [keys] also "keys.<name>", whatever the name
  ConfigValue value;
  bool supported = true;  // false: a float, a date, a list of something else
  unsigned line = 0;      // counted from 1
};

// In the order of the file. Errors: invalid, "<name>:<line>: ...".
Result<std::vector<TomlEntry>> parse_toml(std::string_view text, std::string_view name);

}  // namespace portico::app
