# Shell functions behind ./dev. Sourced, never run.
# A clone in another folder shares the compiler cache.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
die() { printf '\n%s\n' "$*" >&2; exit 1; }
[ -d .tools/node/bin ] && PATH="$PWD/.tools/node/bin:$PATH"
export PATH

build() {
  local preset=$1
  say "build ($preset)"
  cmake --preset "$preset" >"build-$preset.log" 2>&1 || { cat "build-$preset.log"; rm -f "build-$preset.log"; die "configuring failed: see above"; }
  rm -f "build-$preset.log"
  cmake --build "build/$preset" "${@:2}" || die "the $preset build failed: see the first error above"
}

unit() {
  say "unit tests ($1)"
  ctest --test-dir "build/$1" --output-on-failure -j2 --timeout 300 "${@:2}"
}

web_install() {
  [ -d web ] || return 0
  local stamp=web/node_modules/.installed
  if [ ! -f $stamp ] || [ web/package-lock.json -nt $stamp ]; then
    say "web dependencies"
    (cd web && npm ci --no-audit --no-fund --loglevel=error) || die "npm ci failed: is the npm registry reachable?"
    touch $stamp
  fi
}

web_build() {
  [ -f web/package.json ] || return 0
  web_install
  if [ ! -f web/dist/index.html ] || [ -n "$(find web/src web/index.html web/package-lock.json web/vite.config.ts -newer web/dist/index.html -print -quit)" ]; then
    say "web app"
    (cd web && npm run --silent build) || die "the web build failed: see above"
    touch web/dist/index.html
  fi
}

fmt() {
  local files
  files=$(git ls-files -co --exclude-standard 'src/*.h' 'src/*.cpp' 'tests/*.h' 'tests/*.cpp' 'bench/*.h' 'bench/*.cpp')
  if [ "${1:-}" = --check ]; then
    clang-format-19 --dry-run -Werror $files || die "formatting differs: run ./dev fmt"
  else
    clang-format-19 -i $files
  fi
}

lint() {
  say "format, layers, coroutine forms"
  fmt --check
  python3 tools/check_coroutines.py
  [ ! -f build/dev/layers.txt ] || python3 tools/check_layers.py build/dev/layers.txt
}

fuzz() {
  local seconds=$1 preset=${2:-fuzz} target binary corpus failed=0
  build "$preset"
  say "fuzzing, $seconds s a target"
  while read -r target; do
    binary=$(find "build/$preset/src" -name "$target" -type f)
    corpus="build/$preset/corpus/$target"
    mkdir -p "$corpus"
    local seed; seed=$(find src -type d -name "$(sed 's/^portico_//' <<<"$target" | grep -o '[a-z0-9]*_fuzz$')_corpus" | head -1)
    if "$binary" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -verbosity=0 -close_fd_mask=1 -print_final_stats=0 "$corpus" $seed 2>"$corpus.log"; then
      printf 'ok    %s\n' "$target"
    else
      printf 'FAIL  %s\n' "$target"; tail -40 "$corpus.log"; failed=1
    fi
  done < "build/$preset/fuzz_targets.txt"
  return $failed
}

e2e() {
  (cd tests/e2e && [ -d node_modules ] || npm --prefix tests/e2e ci --no-audit --no-fund --loglevel=error)
  node tests/e2e/main.mjs "$@"
}
