#!/usr/bin/env bash
# Prints the folder that tests write to: in memory, where 4 GB of it are free and programs may be run from there.
set -euo pipefail
memory=/dev/shm
if [ -w "$memory" ] && [ "$(df --output=avail "$memory" | tail -n 1)" -ge $((4 << 20)) ] &&
  [[ "$(findmnt --noheadings --output OPTIONS --target "$memory")" != *noexec* ]]; then
  echo "$memory"
else
  echo /tmp
fi
