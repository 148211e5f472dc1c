#!/usr/bin/env bash
# Tests the Spark data source on a cluster of processes on this machine, with the newest CPython that is here.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/python-environment.sh

for version in 3.13 3.12 3.11 3.10; do
  python=$(find_python "$version") || continue
  prepare_environment "$version" "$python"
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check 'pyspark>=4,<5' 'pyarrow>=15' 'pandas>=2.2,<3'
  build_package "$version" install
  cd bindings/python
  exec "$environment/bin/python" -m pytest -p no:cacheprovider tests/test_spark.py
done
echo "No CPython 3.10 to 3.13 is installed here" >&2
exit 1
