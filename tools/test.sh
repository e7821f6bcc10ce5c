# ./dev test [--all]: every check, cheapest first, stops at the first failure. Sourced by ./dev.
all=false
for argument in "$@"; do
  case "$argument" in
    --all) all=true ;;
    *) die "unknown argument '$argument': ./test takes --all or nothing" ;;
  esac
done
passed=0
stage() {
  local name=$1
  shift
  local began=$SECONDS
  if "$@"; then
    passed=$((passed + 1))
    printf -- '-- %s: passed (%d s)\n' "$name" $((SECONDS - began))
  else
    printf -- '-- %s: FAILED (%d s)\n' "$name" $((SECONDS - began))
    printf '%d passed, 1 failed\n' "$passed"
    exit 1
  fi
}
web_test() { [ ! -f web/package.json ] || (cd web && npm run --silent typecheck && npm run --silent lint && npm run --silent test); }
sanitized() { build "$1" && unit "$1" "${@:2}"; }
# Threads begin at io/: below there is nothing to race.
threads() {
  cmake --preset tsan >/dev/null && build tsan --target $(grep -E '^portico_(io|service|app)' build/tsan/test_targets.txt) &&
    unit tsan -R '^(io|service|app)(/|$)'
}
short_fuzz() { if $all; then fuzz 20 asan; else fuzz 3 asan; fi; }

stage "format and coroutine forms" lint
stage "web app: types, lint, unit tests" web_test
stage "web app: build" web_build
stage "build" build dev
stage "unit tests" unit dev
stage "AddressSanitizer and UBSan" sanitized asan
stage "ThreadSanitizer, from io up" threads
[ ! -d tests/e2e ] || stage "browsers and SDKs" e2e
stage "fuzzing" short_fuzz
printf '%d passed, 0 failed\n' "$passed"
