#!/bin/sh
# Builds the frontends and runs the tests in real browsers.
#   TROUPE_BIN  the server to test (default build/release/troupe)
#   run.sh [FILE...]  only these test files
#   run.sh nightly    all, and those that take long
set -eu
cd "$(dirname "$0")"
../../scripts/npm_install.sh .
node build.mjs
if [ ! -f ../../web/dist/index.html ]; then
  ../../scripts/npm_install.sh ../../web
  (cd ../../web && npm run build)
fi
[ "${1:-}" = nightly ] && set -- *.test.mjs nightly/*.test.mjs
[ "$#" -gt 0 ] || set -- *.test.mjs
exec node --test --test-concurrency=1 "$@"
