#!/usr/bin/env bash
# Builds the Python package and tests it with every CPython that is here, 3.10 to 3.13; says which are not.
#   scripts/test-python.sh          all tests with the newest one, the quick ones with the others
#   SMSBACKUP_PYTHONS="3.11" …      only these
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/python-environment.sh

newest=
for version in $(printf '%s\n' ${SMSBACKUP_PYTHONS:-3.13 3.12 3.11 3.10}); do
  if ! python=$(find_python "$version"); then
    echo "CPython $version: skipped, it is not installed here"
    continue
  fi
  prepare_environment "$version" "$python"
  if [ -z "$newest" ]; then
    newest=$version
    how=()
    chosen=()
  else
    how=(-C cmake.define.SMSBACKUP_PYTHON_QUICK=ON)
    chosen=(-m "not slow")
  fi
  echo "CPython $version: building"
  build_package "$version" install "${how[@]}"
  echo "CPython $version: testing"
  (cd bindings/python && "$environment/bin/python" -m pytest -p no:cacheprovider "${chosen[@]}")
done
if [ -z "$newest" ]; then
  echo "No CPython 3.10 to 3.13 is installed here" >&2
  exit 1
fi
