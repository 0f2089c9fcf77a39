#!/usr/bin/env bash
# Builds the Debian package, checks its contents, installs it into a folder, and
# runs the server from there: page, status pages, doctor, drain.
#
#   tests/packaging/run.sh [PACKAGE]     default: one that scripts/package builds
set -euo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
server=
cleanup() {
  [ -z "$server" ] || kill -9 "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

fail() {
  echo "tests/packaging: $*" >&2
  [ ! -f "$work/log" ] || cat "$work/log" >&2
  exit 1
}

package=${1:-$(scripts/package "$work")}

# -- contents ------------------------------------------------------------------

dpkg-deb -c "$package" >"$work/contents"
for path in usr/bin/troupe etc/troupe/troupe.conf \
  lib/systemd/system/troupe.service usr/lib/sysctl.d/60-troupe.conf \
  usr/share/troupe/web/{index,replay}.html usr/share/man/man1/troupe.1.gz \
  usr/share/doc/troupe/{operating,auth,admin-api,speakers,signaling}.md \
  usr/share/doc/troupe/{frontend,embed,cluster,whip,whep,webhooks,dialects/README}.md \
  usr/share/doc/troupe/{forward.md,openapi.json,README.Debian} \
  usr/share/doc/troupe/{copyright,changelog.Debian.gz}; do
  grep -q " \./$path\$" "$work/contents" || fail "the package lacks $path"
done
! awk '$2 != "root/root"' "$work/contents" | grep . ||
  fail "a file in the package is not owned by root"
[[ $(dpkg-deb -f "$package" Depends) == *libcaf* ]] ||
  fail "the package depends on no libraries"
dpkg-deb -x "$package" "$work/unit"
unit=$work/unit/lib/systemd/system/troupe.service
grep -qx 'LimitCORE=0' "$unit" ||
  fail "the unit allows core dumps, which contain keys"
grep -q '^#MemoryMax=' "$unit" || fail "the unit suggests no memory limit"
grep -qx 'http.listen-addresses = 127.0.0.1,::1' \
  "$work/unit/etc/troupe/troupe.conf" ||
  fail "the default configuration listens on more than loopback"
head -5 "$work/unit/etc/troupe/troupe.conf" | grep -q README.Debian ||
  fail "the configuration does not begin with how to open the server"
for key in auth.jwt http.tls-certificate http.listen-addresses; do
  grep -q "^     $key = " "$work/unit/usr/share/doc/troupe/README.Debian" ||
    fail "README.Debian does not name $key"
  grep -q "^#* *$key = " "$work/unit/etc/troupe/troupe.conf" ||
    fail "README.Debian names $key, which the configuration lacks"
done
(cd "$work/unit/usr/share/doc/troupe" && grep -ohE '\]\([a-z-]+\.(md|json)' *.md |
  sed 's/^](//' | sort -u | while read -r document; do
  [ -f "$document" ] || echo "$document"
done) >"$work/missing"
[ ! -s "$work/missing" ] ||
  fail "documents link to others that the package lacks: $(cat "$work/missing")"
grep -q 'install -m 640 -g troupe' "$work/unit/usr/share/doc/troupe/operating.md" ||
  fail "operating.md does not say how to protect the tokens"
if command -v lintian >/dev/null; then
  # The default maintainer's address is not a real one.
  lintian --allow-root --fail-on error --suppress-tags \
    bogus-mail-host,bogus-mail-host-in-debian-changelog "$package" ||
    fail "lintian reports errors"
fi
if command -v systemd-analyze >/dev/null; then
  sed -i "s|^ExecStart=|ExecStart=$work/unit|" "$unit"
  mistakes=$(systemd-analyze verify --man=no "$unit" 2>&1 |
    grep troupe.service || true)
  [ -z "$mistakes" ] || fail "the unit has errors: $mistakes"
fi

# -- installed into a folder ---------------------------------------------------

root=$work/root
mkdir -p "$root/var/lib/dpkg"/{info,updates,triggers}
touch "$root/var/lib/dpkg"/{status,available}
install() {
  dpkg --root="$root" --force-script-chrootless --force-depends \
    --force-not-root "$@" >"$work/dpkg" 2>&1 || fail "dpkg: $(cat "$work/dpkg")"
}
install --force-confold -i "$package"
grep -q README.Debian "$work/dpkg" ||
  fail "the installation does not say how to open the server"
sed -i 's/^log.format = line/log.format = json/' "$root/etc/troupe/troupe.conf"
install --force-confold -i "$package"
! grep -q README.Debian "$work/dpkg" || fail "an upgrade tells old news"
grep -qx 'log.format = json' "$root/etc/troupe/troupe.conf" ||
  fail "an upgrade overwrote the operator's changes"

# -- run from there ------------------------------------------------------------

options=(--config-file="$root/etc/troupe/troupe.conf"
  --http.static-root="$root/usr/share/troupe/web"
  --rtc.listen-addresses=127.0.0.1 --http.port=0 --rtc.port=0)
"$root/usr/bin/troupe" doctor "${options[@]}" >"$work/doctor" ||
  fail "troupe doctor reports problems: $(cat "$work/doctor")"
"$root/usr/bin/troupe" "${options[@]}" >"$work/log" 2>&1 &
server=$!
port=
for _ in $(seq 100); do
  port=$(sed -n 's/.*"http":"\([0-9]*\)".*/\1/p' "$work/log")
  [ -z "$port" ] || break
  sleep 0.1
done
[ -n "$port" ] || fail "the server does not start"
# The kernel's tables, in hexadecimal: 127.0.0.1 or ::1, and the state LISTEN.
listening=$(awk -v port="$(printf ':%04X' "$port")" \
  '$4 == "0A" && substr($2, length($2) - 4) == port { print $2 }' \
  /proc/net/tcp /proc/net/tcp6 2>/dev/null || true)
[ -n "$listening" ] || fail "nothing listens on port $port"
! grep -vE '^(0100007F|00000000000000000000000001000000):' <<<"$listening" ||
  fail "the default configuration listens on more than loopback"
! grep -q open-to-strangers "$work/log" || fail "the server is open to strangers"
# Write to a file first: curl fails if the reader of a pipe stops early.
get() { curl -sf --max-time 5 -o "$work/$2" "http://127.0.0.1:$port$1"; }
get / page && grep -qi "<html" "$work/page" || fail "the page is not served"
get /readyz ready && [ "$(cat "$work/ready")" = ready ] ||
  fail "/readyz does not answer ready"
get /metrics metrics && grep -q '^troupe_rooms 0$' "$work/metrics" ||
  fail "/metrics has no metrics"

# A signal that makes other servers reload their configuration has no effect.
# The server has no members, so draining ends it at once (below).
kill -HUP "$server"
kill -USR2 "$server"
get /healthz healthz || fail "SIGHUP or SIGUSR2 ended the server"

kill -USR1 "$server"
for _ in $(seq 50); do
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
! kill -0 "$server" 2>/dev/null || fail "the server does not end after SIGUSR1"
wait "$server" || fail "the drained server exits with an error"
server=

install --purge troupe
[ ! -e "$root/etc/troupe" ] || fail "a purge leaves files"
echo "the package passed all checks: $(du -h "$package" | cut -f1)"
