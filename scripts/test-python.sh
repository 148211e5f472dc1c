#!/usr/bin/env bash
# Builds the Python package and tests it with every CPython that is here, 3.10 to 3.13; says which are not.
#   scripts/test-python.sh             all tests with the newest one, all but the slow ones with the others
#   SMSBACKUP_PYTHONS="3.11 3.10" …    only these
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/python-environment.sh
# What a test needs is there, so nothing is skipped for want of it.
export SMSBACKUP_SKIP_NOTHING=1

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
  built=$SECONDS
  (cd bindings/python && "$environment/bin/python" -m pytest -p no:cacheprovider --durations=5 \
    --ignore=tests/test_spark.py "${chosen[@]}")  # that one has a script of its own
  echo "CPython $version: built in $((built - began)) s, tested in $((SECONDS - built)) s"
done
if [ -z "$newest" ]; then
  echo "No CPython of ${SMSBACKUP_PYTHONS:-${python_versions[*]}} is installed here" >&2
  exit 1
fi
