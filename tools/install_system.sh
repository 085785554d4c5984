#!/bin/sh
# Installs the programs that the tests drive: a real browser and real GIS clients, from the system's packages.
# A missing one fails here, by name, and is never skipped.
set -eu

PATH="$PATH:/usr/sbin"
want() { command -v "$1" >/dev/null 2>&1 || printf '%s ' "$2"; }
missing="$(want chromium chromium)$(want ogrinfo gdal-bin)$(want nginx nginx-light)$(want cc gcc)"
python="$(test -d /usr/lib/python3/dist-packages/qgis || printf 'python3-qgis ')"
[ -n "$missing$python" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "make test needs these programs: $missing$python- install them, or run as root on Debian" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086  # one word a package
apt-get install -y -qq --no-install-recommends $missing $python >/dev/null
