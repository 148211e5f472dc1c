#!/usr/bin/env bash
# Builds the Python package and tests it with every CPython that is here, 3.10 to 3.13; says which are not.
#   scripts/test-python.sh             all tests with the newest one, all but the slow ones with the others
#   SMSBACKUP_PYTHONS="3.11 3.10" …    only these
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/python-environment.sh
# What a test needs is there, so nothing is skipped for want of it.
export SMSBACKUP_SKIP_NOTHING=1

# The tests take one processor at most: those of one version run while the module is built for the next.
running=
log=$PWD/build/python/tests.log
trap '[ -z "$running" ] || kill "$running"' EXIT
finish_tests() {
  [ -n "$running" ] || return 0
  local status=0
  wait "$running" || status=$?
  running=
  echo "CPython $tested:"
  cat "$log"
  return "$status"
}

build_library_for_tests
newest=
for version in ${SMSBACKUP_PYTHONS:-${python_versions[@]}}; do
  if ! python=$(find_python "$version"); then
    echo "CPython $version: skipped, it is not installed here"
    continue
  fi
  prepare_environment "$version" "$python"
  chosen=(-m "not slow")
  if [ -z "$newest" ]; then
    newest=$version
    chosen=()
  fi
  began=$SECONDS
  install_for_tests "$version"
  echo "CPython $version: built in $((SECONDS - began)) s"
  finish_tests
  (cd bindings/python && exec "$environment/bin/python" -m pytest -p no:cacheprovider --durations=5 \
    --ignore=tests/test_spark.py "${chosen[@]}") > "$log" 2>&1 &  # that one has a script of its own
  running=$!
  tested=$version
done
finish_tests
if [ -z "$newest" ]; then
  echo "No CPython of ${SMSBACKUP_PYTHONS:-${python_versions[*]}} is installed here" >&2
  exit 1
fi
