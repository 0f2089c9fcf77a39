#!/usr/bin/env bash
# Builds every fuzzer and runs each for some seconds on its seeds. A finding
# ends the run; its input is left in build/fuzz.
#
#   scripts/fuzz.sh [SECONDS]     per fuzzer; default 5
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-5}

[ -f build/fuzz/build.ninja ] || cmake --preset fuzz >/dev/null
cmake --build build/fuzz -j "${JOBS:-$(nproc)}"
cd build/fuzz

fuzz() {
  local fuzzer=$1 name corpus seeds log
  name=$(basename "$fuzzer" _fuzz)
  corpus=corpus/$name
  mkdir -p "$corpus"
  seeds=../../tests/data/fuzz/$name
  [ -d "$seeds" ] || seeds=
  log=$name.log
  if ! "$fuzzer" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 \
    "$corpus" $seeds >"$log" 2>&1; then
    tail -60 "$log"
    echo "$name: a finding; its input and $log are in build/fuzz"
    return 255 # ends xargs
  fi
  echo "$name: $(grep -o 'Done [0-9]* runs' "$log"), no finding"
}
export -f fuzz
export seconds

fuzzers=(./*_fuzz)
printf '%s\n' "${fuzzers[@]}" \
  | xargs -P "${JOBS:-$(nproc)}" -I{} bash -c 'fuzz {}'
echo "${#fuzzers[@]} passed, 0 failed"
