#!/bin/sh
# Builds the frontends and runs the tests in real browsers.
#   TROUPE_BIN  the server to test (default build/release/troupe)
#   run.sh [FILE...]  only these test files
set -eu
cd "$(dirname "$0")"
[ -d node_modules ] || npm ci --no-audit --no-fund
node build.mjs
if [ ! -f ../../web/dist/index.html ]; then
  (cd ../../web && { [ -d node_modules ] || npm ci --no-audit --no-fund; } &&
    npm run build)
fi
[ "$#" -gt 0 ] || set -- *.test.mjs
exec node --test --test-concurrency=1 "$@"
