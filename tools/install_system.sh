#!/bin/sh
# Installs the programs that the tests drive: real browsers and real GIS clients, from the system's packages, and
# axe-core, which looks for barriers in pages, from npm into var/axe. A missing one fails here, by name, and is never
# skipped.
set -eu

PATH="$PATH:/usr/sbin"
AXE=4.13.0
want() { command -v "$1" >/dev/null 2>&1 || printf '%s ' "$2"; }
has_axe() { grep -qs "\"version\": \"$AXE\"" var/axe/node_modules/axe-core/package.json; }
missing="$(want chromium chromium)$(want ogrinfo gdal-bin)$(want nginx nginx-light)$(test -e /usr/share/postgresql/15/extension/postgis.control || printf "postgresql-15-postgis-3 ")$(want cc gcc)$(want faketime faketime)$(want firefox-esr firefox-esr)"
python="$(test -d /usr/lib/python3/dist-packages/qgis || printf 'python3-qgis ')"
npm="$(has_axe || want npm npm)"

if [ -n "$missing$python$npm" ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "make test needs these programs: $missing$python$npm- install them, or run as root on Debian" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # shellcheck disable=SC2086  # one word a package
  apt-get install -y -qq --no-install-recommends $missing $python $npm >/dev/null
fi
has_axe || npm install --silent --no-save --no-package-lock --ignore-scripts --prefix var/axe "axe-core@$AXE"
has_axe || { echo "make test needs axe-core $AXE in var/axe" >&2; exit 1; }
