# For the scripts beside it: one virtual environment for each CPython, with what building and testing the package needs.

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

# Sets `environment`.
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

# build_package VERSION install [OPTION...] or build_package VERSION wheel FOLDER. One build tree a version, so that only
# what changed is built again.
build_package() {
  local version=$1 what=$2
  local options=(--no-build-isolation --no-deps --disable-pip-version-check --quiet
    -C "build-dir=$PWD/build/python/cmake-$version")
  if [ "$what" = install ]; then
    "$environment/bin/python" -m pip install "${options[@]}" "${@:3}" --force-reinstall ./bindings/python
  else
    "$environment/bin/python" -m pip wheel "${options[@]}" -w "$3" ./bindings/python
  fi
}
