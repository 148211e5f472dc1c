#!/usr/bin/env bash
# Unpacks Debian's Cyrus IMAP server for the tests, and installs the libraries that it needs. Not installed itself: its
# package and Dovecot's exclude each other.
#   scripts/unpack-cyrus.sh [FOLDER]      default /var/cache/smsbackup-cyrus
set -euo pipefail
folder=${1:-/var/cache/smsbackup-cyrus}
[ -x "$folder/usr/lib/cyrus/bin/master" ] && exit 0
as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends \
  libxapian30 libpcre3 libical3 libclamav12 libwrap0 libzephyr4 libpq5 libsasl2-modules sasl2-bin >/dev/null
(cd "$work" && apt-get download -qq cyrus-imapd cyrus-common 2>/dev/null)
"${as_root[@]}" mkdir -p "$folder"
for package in "$work"/*.deb; do "${as_root[@]}" dpkg -x "$package" "$folder"; done
"${as_root[@]}" chmod 755 "$folder"
