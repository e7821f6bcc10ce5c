# ./dev setup [run|test]: installs what building (and, with `test`, testing) Portico needs on Debian 12. Sourced by ./dev.
# Installs nothing that is already there, so a second call takes a second.
purpose=${1:-test}
[ -r /etc/debian_version ] || die "Portico's set-up step knows Debian 12 only. Elsewhere install the packages named in tools/setup.sh by hand."

build_packages=(git ca-certificates clang-19 lld-19 libclang-rt-19-dev ccache ninja-build cmake pkg-config python3 libuv1-dev libssl-dev
  libboost1.81-dev libboost-json1.81-dev protobuf-compiler libprotobuf-dev libfmt-dev libspdlog-dev libcli11-dev
  libtomlplusplus-dev libexpected-dev prometheus-cpp-dev zlib1g-dev brotli npm)
[ "$(dpkg --print-architecture)" != amd64 ] || build_packages+=(libipsec-mb-dev)
test_packages=(clang-format-19 llvm-19 libgtest-dev libgmock-dev librapidcheck-dev libsrtp2-dev chromium firefox-esr procps)

wanted=("${build_packages[@]}")
[ "$purpose" = run ] || wanted+=("${test_packages[@]}")
command -v npm >/dev/null && wanted=("${wanted[@]/npm}")
missing=()
for package in "${wanted[@]}"; do
  [ -n "$package" ] || continue
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  say "installing ${#missing[@]} Debian packages"
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "Installing packages needs root: run this once as root, or install sudo. Missing: ${missing[*]}"
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -q >/dev/null || die "apt-get update failed: check the network and /etc/apt/sources.list"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" |
    awk '/^Setting up/ { n++; if (n % 20 == 0) { printf "  %d packages set up\n", n; fflush() } }' ||
    die "apt-get install failed; the packages were: ${missing[*]}"
fi
[ ! -f tools/setup_node.sh ] || bash tools/setup_node.sh
[ ! -d .tools/node/bin ] || PATH="$PWD/.tools/node/bin:$PATH"
web_install
