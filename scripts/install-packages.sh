#!/usr/bin/env bash
# Installs the Debian packages that building and testing need, if any is missing. Run by make; safe to run again.
#   scripts/install-packages.sh build|test|bench|python|python-test|spark
set -euo pipefail

build=(g++ cmake ninja-build pkg-config make ccache
  libssl-dev libzip-dev libsqlite3-dev zlib1g-dev libetpan-dev libfmt-dev libspdlog-dev libcli11-dev)
test=(dovecot-imapd sasl2-bin openssl libgtest-dev nlohmann-json3-dev python3 python3-icalendar clang libc++-dev libc++abi-dev gcovr binutils)
bench=(libbenchmark-dev libgmime-3.0-dev libexpat1-dev libpugixml-dev
  dovecot-imapd isync python3)
python=(python3 python3-dev python3-venv)
python_test=(dovecot-imapd openssl)
spark=(openjdk-17-jre-headless)

case "${1:-test}" in
  build) wanted=("${build[@]}") ;;
  test) wanted=("${build[@]}" "${test[@]}") ;;
  python) wanted=("${build[@]}" "${python[@]}") ;;
  python-test) wanted=("${build[@]}" "${python[@]}" "${python_test[@]}") ;;
  spark) wanted=("${build[@]}" "${python[@]}" "${spark[@]}") ;;
  bench) wanted=("${build[@]}" "${bench[@]}") ;;
  *) echo "usage: $0 build|test|bench|python|python-test|spark" >&2; exit 2 ;;
esac

missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
# Without them, only their own tests are skipped.
servers() { [ "${1:-test}" != test ] || "$(dirname "$0")/unpack-servers.sh" || echo "not all servers to test against" >&2; }
if [ ${#missing[@]} -eq 0 ]; then
  servers "$@"
  exit 0
fi

if ! command -v apt-get >/dev/null; then
  echo "These packages are missing, and this is no Debian to install them on: ${missing[*]}" >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
echo "Installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
servers "$@"
