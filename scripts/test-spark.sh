#!/usr/bin/env bash
# Tests the Spark data source on a cluster of processes on this machine, with the newest CPython that is here.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/python-environment.sh
export SMSBACKUP_SKIP_NOTHING=1

for version in "${python_versions[@]}"; do
  python=$(find_python "$version") || continue
  prepare_environment "$version" "$python"
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check 'pyspark>=4,<5' 'pyarrow>=15' 'pandas>=2.2,<3'
  build_library_for_tests
  install_for_tests "$version"
  cd bindings/python
  exec "$environment/bin/python" -m pytest -p no:cacheprovider tests/test_spark.py
done
echo "No CPython 3.10 to 3.13 is installed here" >&2
exit 1
