#!/bin/sh
# Usage: run.sh <path of troupe>
# Exits with 77 (skipped) if the receivers' libraries cannot be fetched.
set -eu
binary=$(realpath "$1")
cd "$(dirname "$0")"
(
  # One installation at a time, even if several test runs are active.
  flock 9
  if [ ! -f node_modules/.package-lock.json ] ||
     [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --ignore-scripts --no-audit --no-fund || exit 77
    touch node_modules/.package-lock.json
  fi
) 9<package-lock.json || exit 77
exec node --test-reporter=spec receivers.test.mjs "$binary"
