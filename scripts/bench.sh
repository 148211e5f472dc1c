#!/usr/bin/env bash
# Runs every benchmark of a release build:  scripts/bench.sh BUILD_DIR [NAME...]
# Each prints its figures beside those of a peer or a bound from the same run; docs/performance.md says how to read them.
set -euo pipefail
build_dir=$1
shift
cd "$build_dir/tests/bench"
names=("$@")
[ ${#names[@]} -gt 0 ] || names=(*_bench)
for name in "${names[@]}"; do
  printf '\n=== %s ===\n' "$name"
  "./$name"
done
