#!/bin/bash
# Writes the checksums that tests/Millrace.Specs/Nexmark compares with: the answers of DuckDB and of match.py to 60,000 events.
set -euo pipefail
cd "$(dirname "$0")/../../.."
cache=$PWD/.cache/bench
./bench/run --events 60000 nexmark-check >/dev/null # makes the events and the answers on patterns; what Millrace says does not matter here
names=$(for i in $(seq 0 23); do echo "q$i"; done; for i in 0 1 2 3; do echo "cep$i"; done)
# shellcheck disable=SC2086
node bench/peers/nexmark.mjs checksum "$cache" bench/nexmark/reference "$cache/nexmark/60000-10000-42" $names >tests/Millrace.Specs/Nexmark/answers.txt
