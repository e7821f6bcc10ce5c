# ./dev setup [run|test]: installs what building (and, with `test`, testing) Portico needs on Debian 12. Sourced by ./dev.
# Installs nothing that is already there, so a second call takes a second. Needs root or sudo only when a package is missing.
purpose=${1:-test}
case "$purpose" in
  run | test | bench) ;;
  *) die "./dev setup takes run, test or bench, not '$purpose'" ;;
esac
command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
  die "Portico installs what it needs through apt, and there is no apt here. Use Debian 12, or install the packages named in tools/setup.sh by hand and call ./dev build."
release=$(. /etc/os-release 2>/dev/null && echo "${ID:-unknown} ${VERSION_ID:-}")
[ "$release" = "debian 12" ] || say "this is $release; Portico is tested on Debian 12 only, going on all the same"

packages=(ca-certificates clang-19 lld-19 ccache ninja-build cmake pkg-config python3 libuv1-dev libssl-dev libboost1.81-dev
  libboost-json1.81-dev protobuf-compiler libprotobuf-dev libfmt-dev libspdlog-dev libcli11-dev libtomlplusplus-dev libexpected-dev
  prometheus-cpp-dev zlib1g-dev brotli)
[ "$(dpkg --print-architecture)" != amd64 ] || packages+=(libipsec-mb-dev)
command -v npm >/dev/null || packages+=(npm)
if [ "$purpose" != run ]; then
  packages+=(git libclang-rt-19-dev clang-format-19 llvm-19 libgtest-dev libgmock-dev libsrtp2-dev chromium firefox-esr procps
    iproute2 nftables)
fi
[ "$purpose" != bench ] || packages+=(libbenchmark-dev janus)

missing=()
for package in "${packages[@]}"; do
  case "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null)" in
    *"ok installed") ;;
    *) missing+=("$package") ;;
  esac
done

# apt_get WHAT ARGUMENTS...: apt-get with a line of progress now and then; all it says goes to .tools/setup.log.
apt_get() {
  local what=$1
  shift
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -q -o DPkg::Lock::Timeout=300 "$@" </dev/null 2>&1 | tee -a .tools/setup.log |
    awk 'function tell(count, what) { if (count % 100 == 0) { printf "  %d of %d packages %s\n", count, total, what; fflush() } }
         /newly installed/ { total = $3 }
         /^Get:/ { if (total) tell(++got, "fetched") }
         /^Unpacking/ { tell(++unpacked, "unpacked") }
         /^Setting up/ { tell(++ready, "ready") }' || {
    grep -E '^(E|W|Err)' .tools/setup.log | tail -10 >&2
    die "$what (everything apt said is in .tools/setup.log)"
  }
}

if [ ${#missing[@]} -gt 0 ]; then
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      die "Some packages are missing, and installing them needs root. Run './dev setup $purpose' once as root, or install sudo. Missing: ${missing[*]}"
    as_root=(sudo)
    sudo -v || die "sudo refused. Run './dev setup $purpose' once as root. Missing: ${missing[*]}"
  fi
  mkdir -p .tools
  : >.tools/setup.log
  say "installing ${#missing[@]} Debian packages and what they need"
  printf '  %s\n' "${missing[*]}" | fold -s -w 100
  apt_get "Refreshing the package lists failed: check the network and /etc/apt/sources.list" update
  apt_get "Installing packages failed: ${missing[*]}" install -y --no-install-recommends "${missing[@]}"
fi

use_node
web_install
[ "$purpose" = run ] || e2e_install
