#!/usr/bin/env bash
# Prints line and branch coverage of the library and the tool after a test run:  scripts/coverage.sh BUILD_DIR
set -euo pipefail
cd "$(dirname "$0")/.."
gcovr --root . --filter include/ --filter src/ --filter examples/ --exclude-throw-branches --exclude-unreachable-branches \
  --gcov-ignore-parse-errors -j "$(nproc)" "$1" 2>/dev/null | tee "$1/coverage.txt" | tail -n 60
