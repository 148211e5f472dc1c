#!/usr/bin/env bash
# Installs the library into an empty folder and builds a stranger's project against it, with CMake and with pkg-config:
#   consumer.sh SOURCE_DIR BUILD_DIR COMPILER
set -euo pipefail
source_dir=$1 build_dir=$2 compiler=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build_dir" --prefix "$work/prefix" >/dev/null
flags=$(grep -oE '^SMSBACKUP_COVERAGE:BOOL=ON' "$build_dir/CMakeCache.txt" | sed 's/.*/--coverage/' || true)

cmake -S "$source_dir/tests/package/consumer" -B "$work/cmake" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_FLAGS="$flags -Wall -Wextra -Werror" >/dev/null
cmake --build "$work/cmake" >/dev/null
"$work/cmake/consumer"

export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig:$(echo "$work"/prefix/lib/*/pkgconfig)
# shellcheck disable=SC2046
"$compiler" -std=c++20 $flags "$source_dir/tests/package/consumer/main.cpp" -o "$work/with_pkg_config" \
  $(pkg-config --cflags --libs --static smsbackup)
"$work/with_pkg_config"
