#pragma once
// The web app's files inside this program, packed by tools/pack_assets.py when it was built. Empty
// when it was built without them: then --web-dir is needed.

#include "io/http/assets.h"

namespace portico::app {

io::http::AssetTable embedded_assets();

}  // namespace portico::app
