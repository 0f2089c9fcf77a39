#!/bin/sh
# Builds the frontends and runs the tests in real browsers, a file for each two
# cores at a time; those that measure, or need all cores, one after the other.
# What failed is said again at the end.
#   TROUPE_BIN  the server to test (default build/release/troupe)
#   run.sh FILE...   only these test files, one after the other
#   run.sh nightly   all, and those that measure or take long
set -eu
cd "$(dirname "$0")"

# Times, rates, pictures to compare, six pages at once, a network of its own, or
# the folder that support/fixture.mjs builds.
alone='firefox page_media relay'
# The same, at night: with them all tests take more than half an hour on two cores.
nightly='bitrate cluster coming_back conversations layers mixed_room
  narrow_link page_accessibility page_background page_check page_cluster
  page_picture page_replay page_views server_voice'

../../scripts/npm_install.sh .
node build.mjs
if [ ! -f ../../web/dist/index.html ]; then
  ../../scripts/npm_install.sh ../../web
  (cd ../../web && npm run build)
fi

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

run() { # FILES-AT-A-TIME FILE...
  at_a_time=$1
  shift
  node --test --test-concurrency="$at_a_time" \
    --test-reporter=tap --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination="$(mktemp "$results/XXXXXX")" \
    "$@" || status=1
}

# The tests that failed, but not those of which only a part did.
failures() {
  awk '/^ *not ok/ { block = ""; open = 1 }
    open { block = block $0 "\n" }
    open && /^ *\.\.\.$/ {
      if (block !~ /failureType: .subtestsFailed/) printf "%s", block
      open = 0
    }' "$results"/*
}

status=0
# A file has up to four browsers, which keep more than two cores busy.
cores=$(nproc)
files=$((cores > 3 ? cores / 2 : 1))
case ${1:-} in
  '' | nightly)
    one_by_one=
    at_night=
    together=
    for file in *.test.mjs; do
      name=${file%.test.mjs}
      case " $(echo $alone) / $(echo $nightly) " in
        *" $name "*/*) one_by_one="$one_by_one $file" ;;
        *" $name "*) at_night="$at_night $file" ;;
        *) together="$together $file" ;;
      esac
    done
    [ "${1:-}" != nightly ] ||
      one_by_one="$one_by_one $at_night nightly/*.test.mjs"
    run "$files" $together
    run 1 $one_by_one
    ;;
  *) run 1 "$@" ;;
esac
if [ "$status" != 0 ]; then
  echo "== failed"
  failures
fi
exit "$status"
