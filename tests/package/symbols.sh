#!/usr/bin/env bash
# The symbols that the shared library shows.   symbols.sh list DIR   |   symbols.sh check DIR
set -euo pipefail
list() {
  nm --dynamic --defined-only --format=posix --demangle "$1"/libsmsbackup_shared.so \
    | sed -E 's/ [A-Za-z] [0-9a-f]+( [0-9a-f]+)?$//; s/\[abi:cxx11\]//g' | LC_ALL=C sort -u
}
case "$1" in
  list) list "$2" ;;
  check)
    if ! diff -u "$(dirname "$0")/symbols.txt" <(list "$2"); then
      echo "The exported symbols changed. If that is meant: make symbols, and say why in the commit."
      exit 1
    fi ;;
esac
