#!/bin/sh
# Builds the frontends and runs the tests in real browsers.
#   TROUPE_BIN  the server to test (default build/release/troupe)
#   run.sh [FILE...]  only these test files
set -eu
cd "$(dirname "$0")"
../../scripts/npm_install.sh .
node build.mjs
if [ ! -f ../../web/dist/index.html ]; then
  ../../scripts/npm_install.sh ../../web
  (cd ../../web && npm run build)
fi
[ "$#" -gt 0 ] || set -- *.test.mjs
exec node --test --test-concurrency=1 "$@"
