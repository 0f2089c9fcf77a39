#!/usr/bin/env bash
# Builds every fuzzer and runs each for some seconds from its seeds. A finding
# ends the run and leaves its input in build/fuzz.
#
#   scripts/fuzz.sh [SECONDS]     per fuzzer; default 5
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-5}

[ -f build/fuzz/build.ninja ] || cmake --preset fuzz >/dev/null
cmake --build build/fuzz -j "${JOBS:-$(nproc)}"
cd build/fuzz
passed=0
for fuzzer in ./*_fuzz; do
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
    exit 1
  fi
  echo "$name: $(grep -o 'Done [0-9]* runs' "$log"), no finding"
  passed=$((passed + 1))
done
echo "$passed passed, 0 failed"
