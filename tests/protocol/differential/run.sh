#!/bin/sh
# Usage: run.sh <script of this folder> <path of its tool> [seed [rounds]]
# Exits with 77 (skipped) if a package is missing and cannot be fetched.
set -eu
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
exec node "$@"
