#!/usr/bin/env bash
# Builds the server (Release, in build/release) and its page (web/dist).
#
#   scripts/build.sh [TARGET...]     CMake targets; default: the server
set -euo pipefail
cd "$(dirname "$0")/.."

jobs=${JOBS:-$(nproc)}
[ -f build/release/build.ninja ] || cmake --preset release >/dev/null
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(troupe)
cmake --build build/release -j "$jobs" --target "${targets[@]}"

scripts/npm_install.sh web
newest=$(find web -path web/node_modules -prune -o -path web/dist -prune \
  -o -type f -printf '%T@\n' | sort -n | tail -1)
built=$(stat -c %Y web/dist/index.html 2>/dev/null || echo 0)
if awk "BEGIN { exit !($newest > $built) }"; then
  (cd web && npm run --silent build)
fi
