#!/usr/bin/env bash
# fuzz_one.sh BUILD SECONDS FOLDER TARGET SEEDS: one fuzz target over its seeds and then for so many seconds. Prints one line, or the report.
# The last three are a line of BUILD/fuzz_targets.txt.
set -euo pipefail
build=$1 seconds=$2 folder=src/$3 target=$4 seeds=()
program=$build/$folder/$target
[ -x "$program" ] || { echo "FAIL  $target: not built"; exit 1; }
[ ! -d "$folder/$5" ] || seeds=("$folder/$5")
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
