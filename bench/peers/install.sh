#!/bin/bash
# Makes sure that a peer is there: install.sh numpy|pandas|sklearn, or install.sh duckdb|cassandra-driver FOLDER (npm's modules go into it).
set -euo pipefail

# Debian's python3 is named in full: another one, without the modules, may stand first on PATH.
python_module() {
  /usr/bin/python3 -c "import $1" 2>/dev/null && return
  local root=; [ "$(id -u)" = 0 ] || root=sudo
  $root apt-get -o DPkg::Lock::Timeout=600 update
  for attempt in 1 2 3 4 5 6; do # the lock of apt's lists, unlike dpkg's, knows no waiting
    $root apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "python3-$1" && return
    sleep 10
  done
  echo "python3-$1 could not be installed" >&2
  return 1
}

case "$1" in
  numpy | pandas | sklearn) python_module "$1" ;;
  duckdb)
    [ -d "$2/node_modules/@duckdb/node-api" ] && exit
    mkdir -p "$2"
    [ -f "$2/package.json" ] || echo '{ "private": true }' >"$2/package.json"
    npm install --prefix "$2" --no-audit --no-fund --save-exact @duckdb/node-api@1.5.6-r.1
    ;;
  cassandra-driver)
    [ -d "$2/node_modules/cassandra-driver" ] && exit
    mkdir -p "$2"
    [ -f "$2/package.json" ] || echo '{ "private": true }' >"$2/package.json"
    npm install --prefix "$2" --no-audit --no-fund --save-exact cassandra-driver@4.10.0
    ;;
  *) echo "no peer '$1'" >&2; exit 1 ;;
esac
