# For the scripts beside it: one virtual environment for each CPython, with what building and testing the package needs.

python_versions=(3.13 3.12 3.11 3.10)

# Prints where CPython of that version is: one of Debian's, of pyenv's, or another one in PATH.
find_python() {
  local version=$1 candidate
  for candidate in "/usr/bin/python$version" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python "$(command -v "python$version" || true)"; do
    [ -x "$candidate" ] || continue
    "$candidate" -c "
import sys, sysconfig, pathlib, ensurepip
assert sys.implementation.name == 'cpython' and '%d.%d' % sys.version_info[:2] == '$version'
assert pathlib.Path(sysconfig.get_path('include'), 'Python.h').exists()" 2>/dev/null || continue
    echo "$candidate"
    return
  done
  return 1
}

# prepare_environment VERSION PYTHON. Sets `environment`; downloads only when the list below has changed.
prepare_environment() {
  local version=$1 python=$2
  environment=$PWD/build/python/venv-$version
  local wanted="pip>=24 pybind11>=3.0 scikit-build-core>=0.11 pytest>=8 mypy>=1.10 typing_extensions tqdm pyarrow polars duckdb pandas>=2.2,<4 matplotlib"
  if [ "$(cat "$environment/wanted" 2>/dev/null)" != "$wanted" ]; then
    rm -rf "$environment"
    "$python" -m venv "$environment"
    # shellcheck disable=SC2086
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade $wanted
    echo "$wanted" > "$environment/wanted"
  fi
}

# The library and its command, compiled once for the tests with every CPython. Little optimised: it is compiled far more
# often than it is run.
build_library_for_tests() {
  cmake -S . -B build/python/library -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O1 \
    -DSMSBACKUP_TESTS=OFF >/dev/null
  cmake --build build/python/library --parallel "${JOBS:-$(nproc)}" --target smsbackup smsbackup_command
}

# The package into `environment`, for a test: the module unoptimised, with the library of build_library_for_tests.
install_for_tests() {
  run_pip install "$1-tests" --force-reinstall -C cmake.define.SMSBACKUP_PYTHON_QUICK=ON \
    -C "cmake.define.SMSBACKUP_PYTHON_LIBRARY=$PWD/build/python/library"
}

# A wheel into a folder, as `pip install ./bindings/python` builds it.
build_wheel() {
  run_pip wheel "$1-wheel" -w "$2"
}

# One build tree each, so that only what changed is built again.
run_pip() {
  local what=$1 tree=$2
  CMAKE_BUILD_PARALLEL_LEVEL=${JOBS:-$(nproc)} "$environment/bin/python" -m pip "$what" --no-build-isolation --no-deps --disable-pip-version-check --quiet \
    -C "build-dir=$PWD/build/python/cmake-$tree" "${@:3}" ./bindings/python
}
