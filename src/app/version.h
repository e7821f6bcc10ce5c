#pragma once

#include <string_view>

namespace portico::app {

// From CMake's project().
constexpr std::string_view version() { return PORTICO_VERSION; }

}  // namespace portico::app
