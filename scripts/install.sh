#!/usr/bin/env bash
# Installs the packages that building and testing need: Debian's, and the page's
# npm packages. Quick if nothing is missing.
#
#   scripts/install.sh [run|cluster|package|test]
#
# "cluster" adds what scripts/cluster needs, "package" what scripts/package needs,
# "test" browsers and checkers, too.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  cmake ninja-build g++ pkg-config ccache mold ca-certificates curl
  libcaf-dev libboost1.81-dev libsrtp2-dev libssl-dev libusrsctp-dev libjwt-dev
  libcurl4-openssl-dev rapidjson-dev doctest-dev libbenchmark-dev libcli11-dev
  libspdlog-dev libmimalloc-dev)
[ "$(dpkg --print-architecture)" = amd64 ] && packages+=(libipsec-mb-dev)
case ${1:-run} in
  cluster) packages+=(haproxy openssl) ;;
  package | test) packages+=(dpkg-dev) ;;
esac
if [ "${1:-run}" = test ]; then
  packages+=(clang-14 libclang-rt-14-dev clang-format-14 python3 git
    chromium firefox-esr haproxy lintian python3-jwt python3-cryptography
    coturn nftables iproute2 libnss3-tools openssl valgrind ffmpeg mkvtoolnix
    gstreamer1.0-plugins-{base,good,bad,ugly} gstreamer1.0-nice python3-gst-1.0
    gir1.2-gst-plugins-bad-1.0)
fi
# Any installed Node is fine, not only Debian's.
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null |
    grep -qx installed || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "installing: ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends "${missing[@]}" >/dev/null
fi
