#!/usr/bin/env bash
# fuzz_one.sh BUILD SECONDS TARGET: one fuzz target over its seed corpus and then for so many seconds. Prints one line, or the report.
set -euo pipefail
build=$1 seconds=$2 target=$3
program=$(find "$build/src" -name "$target" -type f -print -quit)
[ -n "$program" ] || { echo "FAIL  $target: not built"; exit 1; }
# The program lies at the folder of its source: build/asan/src/codec/stun/portico_codec_stun_message_fuzz.
folder=src/${program#"$build/src/"}
folder=${folder%/*}
name=${target#"portico_$(tr / _ <<<"${folder#src/}")_"}
seeds=()
[ ! -d "$folder/${name}_corpus" ] || seeds=("$folder/${name}_corpus")
corpus=$build/corpus/$target
mkdir -p "$corpus"
log=$build/corpus/$target.log
if "$program" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 -close_fd_mask=1 \
  -artifact_prefix="$corpus.crash-" "$corpus" "${seeds[@]}" >/dev/null 2>"$log"; then
  runs=$(awk '/number_of_executed_units/ { print $2 }' "$log")
  printf 'ok    %-50s %10s inputs\n' "$target" "${runs:-?}"
else
  printf 'FAIL  %s\n' "$target"
  tail -60 "$log"
  exit 1
fi
