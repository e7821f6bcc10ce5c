# ./dev test [--all]: every check, cheapest first, stops at the first failure. Sourced by ./dev.
all=false
for argument in "$@"; do
  case "$argument" in
    --all) all=true ;;
    *) die "Unknown argument '$argument': ./test takes --all or nothing." ;;
  esac
done
passed=0
stage() {
  local name=$1 began=$SECONDS
  shift
  say "$name"
  # A stage is a shell of its own: it ends at the first command that fails, and the last line is still printed.
  set +e
  (set -e; "$@")
  local status=$?
  set -e
  if [ $status -eq 0 ]; then
    passed=$((passed + 1))
    printf -- '-- %s: passed (%d s)\n' "$name" $((SECONDS - began))
  else
    printf -- '-- %s: FAILED (%d s)\n%d passed, 1 failed\n' "$name" $((SECONDS - began)) "$passed"
    exit 1
  fi
}

# Then every header by itself: does it include what it uses?
everyday() { build dev; build dev all_verify_interface_header_sets; unit dev; }
# One build serves both: the unit tests and the fuzz targets run under AddressSanitizer and UBSan.
address() { build asan; unit asan -LE tree; }
# Threads begin at io/; what is below has none and is not built again.
threads() { build tsan portico_threaded_tests; unit tsan -R '^(io|service|app)(/|$)'; }
short_fuzz() { if $all; then fuzz 20 asan; else fuzz 3 asan; fi; }

stage "format, layers and coroutine forms" lint
stage "web app: types, lint, unit tests" web_test
stage "web app: build" web_build
stage "C++ build and unit tests" everyday
stage "AddressSanitizer and UBSan" address
stage "ThreadSanitizer, from io up" threads
stage "browsers and SDKs" e2e
stage "fuzzing" short_fuzz
printf '%d passed, 0 failed\n' "$passed"
