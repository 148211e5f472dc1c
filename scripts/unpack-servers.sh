#!/usr/bin/env bash
# Unpacks Debian's Cyrus and Courier IMAP servers for the tests, and installs the libraries that they need. They are not
# installed themselves: their packages and Dovecot's exclude each other.
#   scripts/unpack-servers.sh [FOLDER]      default /var/cache/smsbackup-servers; one folder in it for each server
set -euo pipefail
folder=${1:-/var/cache/smsbackup-servers}
as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# unpack NAME PROGRAM "LIBRARIES" PACKAGE...
unpack() {
  local name=$1 program=$2 libraries=$3
  shift 3
  [ ! -x "$folder/$name/$program" ] || return 0
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends $libraries >/dev/null
  mkdir "$work/$name"
  (cd "$work/$name" && apt-get download -qq "$@" 2>/dev/null)
  "${as_root[@]}" mkdir -p "$folder/$name"
  for package in "$work/$name"/*.deb; do "${as_root[@]}" dpkg -x "$package" "$folder/$name"; done
  "${as_root[@]}" chmod 755 "$folder" "$folder/$name"
}

status=0
unpack cyrus usr/lib/cyrus/bin/master \
  "libxapian30 libpcre3 libical3 libclamav12 libwrap0 libzephyr4 libpq5 libsasl2-modules sasl2-bin" \
  cyrus-imapd cyrus-common || status=1
unpack courier usr/bin/imapd "libcourier-unicode4 libgamin0 libgdbm6 libidn12" \
  courier-imap courier-base courier-authlib || status=1
exit $status
