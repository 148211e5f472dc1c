#!/usr/bin/env bash
# Each file in the folder compiles as it is, and does not with -DMISUSE:  misuse.sh COMPILER INCLUDE_DIR FOLDER
set -euo pipefail
status=0
count=0
for file in "$3"/*.cpp; do
  count=$((count + 1))
  if ! "$1" -std=c++20 -fsyntax-only -I "$2" "$file"; then
    echo "$file does not compile even without the misuse"
    status=1
  elif "$1" -std=c++20 -fsyntax-only -Werror=unused-result -I "$2" -DMISUSE "$file" 2>/dev/null; then
    echo "$file compiles with the misuse"
    status=1
  fi
done
echo "$count cases of misuse"
[ "$count" -gt 0 ] || status=1
exit $status
