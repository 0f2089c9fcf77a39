#!/bin/sh
# Builds the frontends and runs the tests in real browsers, two files at a time;
# those that measure, or need all cores, one after the other.
#   TROUPE_BIN  the server to test (default build/release/troupe)
#   run.sh FILE...   only these test files, one after the other
#   run.sh nightly   all, and those that take long
set -eu
cd "$(dirname "$0")"

# Times, rates, pictures to compare, six pages at once, a network of its own, or
# the folder that support/fixture.mjs builds.
alone='bitrate cluster coming_back conversations firefox layers mixed_room
  narrow_link page_accessibility page_background page_check page_cluster
  page_media page_picture page_replay page_views relay server_voice'

../../scripts/npm_install.sh .
node build.mjs
if [ ! -f ../../web/dist/index.html ]; then
  ../../scripts/npm_install.sh ../../web
  (cd ../../web && npm run build)
fi

run() { # FILES-AT-A-TIME FILE...
  at_a_time=$1
  shift
  node --test --test-concurrency="$at_a_time" "$@" || status=1
}

status=0
case ${1:-} in
  '' | nightly)
    one_by_one=
    together=
    for file in *.test.mjs; do
      case " $(echo $alone) " in
        *" ${file%.test.mjs} "*) one_by_one="$one_by_one $file" ;;
        *) together="$together $file" ;;
      esac
    done
    [ "${1:-}" != nightly ] || one_by_one="$one_by_one nightly/*.test.mjs"
    run 2 $together
    run 1 $one_by_one
    ;;
  *) run 1 "$@" ;;
esac
exit "$status"
