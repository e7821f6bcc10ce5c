# Shell functions behind ./dev. Sourced, never run.
# A clone in another folder shares the compiler cache.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
say() { printf '\n== %s\n' "$*"; }
die() { printf '\n%s\n' "$*" >&2; exit 1; }

# Puts a Node.js that is new enough for the web app first in PATH, installing one into .tools/node if there is none.
use_node() {
  local bin
  bin=$(bash tools/setup_node.sh) || exit 1
  PATH="${bin:+$bin:}$PATH"
  export PATH
}

# build PRESET [TARGET...]: configures and builds build/PRESET; without targets everything.
build() {
  local preset=$1 log
  shift
  command -v cmake >/dev/null && command -v clang++-19 >/dev/null || die "The compiler is missing: run ./dev setup first."
  mkdir -p build
  log=build/$preset-configure.log
  cmake --preset "$preset" ${cmake_options:-} >"$log" 2>&1 || { cat "$log"; die "Configuring failed: see above. Usually a package is missing: ./dev setup"; }
  local targets=()
  [ $# -eq 0 ] || targets=(--target "$@")
  cmake --build "build/$preset" "${targets[@]}" || die "The $preset build failed: the first error above says where."
}

# unit PRESET [CTEST ARGUMENT...]: runs the tests of build/PRESET.
unit() {
  use_node
  ctest --test-dir "build/$1" --output-on-failure --no-tests=error -j2 --timeout 300 "${@:2}"
}

# npm_install FOLDER: npm ci, when the lock file is newer than the last one.
npm_install() {
  local stamp=$1/node_modules/.installed
  if [ ! -f "$stamp" ] || [ "$1/package-lock.json" -nt "$stamp" ]; then
    say "npm packages of $1"
    (cd "$1" && npm ci --no-audit --no-fund --loglevel=error) </dev/null || die "npm ci failed in $1: is the npm registry reachable?"
    touch "$stamp"
  fi
}
web_install() { npm_install web; }
e2e_install() { [ ! -f tests/e2e/package-lock.json ] || npm_install tests/e2e; }

web_build() {
  local sources=(web/index.html web/vite.config.ts web/tsconfig.json web/package-lock.json web/src web/public)
  if [ ! -f web/dist/index.html ] || [ -n "$(find "${sources[@]}" -newer web/dist/index.html -print -quit)" ]; then
    use_node
    web_install
    say "web app"
    (cd web && npm run --silent build) || die "The web build failed: see above."
    touch web/dist/index.html
  fi
}

web_test() {
  use_node
  web_install
  (cd web && npm run --silent typecheck && npm run --silent lint && npm run --silent test)
}

fmt() {
  local files
  command -v clang-format-19 >/dev/null || die "clang-format-19 is missing: run ./dev setup test"
  files=$(find src tests bench -name node_modules -prune -o \( -name '*.h' -o -name '*.cpp' \) -print)
  if [ "${1:-}" = --check ]; then
    clang-format-19 --dry-run -Werror $files || die "Formatting differs: run ./dev fmt"
  else
    clang-format-19 -i $files
  fi
}

lint() {
  fmt --check
  python3 tools/check_coroutines.py
  python3 tools/check_layers.py
}

# fuzz SECONDS [PRESET]: replays every corpus and then looks for more, each target for so many seconds, two at a time. What it finds
# new is kept in build/PRESET/corpus; a crashing input is left there, too.
fuzz() {
  local seconds=$1 preset=${2:-fuzz} failed
  xargs -P 2 -L 1 bash tools/fuzz_one.sh "build/$preset" "$seconds" <"build/$preset/fuzz_targets.txt" && failed=0 || failed=1
  [ $failed -eq 0 ] || die "A fuzz target failed: see above for the input that does it."
}

e2e() {
  use_node
  e2e_install
  node tests/e2e/main.mjs "$@"
}

run_release() {
  web_build
  say "server"
  build release portico
  exec build/release/src/app/portico serve "$@"
}

bench() {
  web_build
  cmake_options=-DPORTICO_BENCH=ON build release
  bench/run "$@"
}
