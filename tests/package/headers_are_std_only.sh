#!/usr/bin/env bash
# Public headers include the standard library and each other, nothing else:  headers_are_std_only.sh INCLUDE_DIR
set -euo pipefail
bad=$(grep -nE '^ *#include' "$1"/*.hpp | grep -vE '#include (<[a-z_]+>|"smsbackup/[a-z0-9_]+\.hpp")' || true)
if [ -n "$bad" ]; then
  echo "$bad"
  exit 1
fi
