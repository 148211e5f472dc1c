#!/usr/bin/env bash
# The main job on the shipped sample data (this is what `make demo` runs): phone backup files into a mail archive, the
# same again, and back. Works in a temporary folder, needs no server, and fails when anything is off.
#
#   scripts/demo.sh BUILD_DIR
set -euo pipefail
exec 2>&1 # progress and reports stay in order, also in a pipe

root=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:?usage: scripts/demo.sh BUILD_DIR}" && pwd)
export PATH="$build/examples/smsbackup:$PATH"
export LC_ALL=C.UTF-8 TZ=UTC

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$root"/examples/data/*.xml "$root"/examples/data/people.vcf "$work"
cd "$work"
export XDG_STATE_HOME="$work/state" # what a phone's backup remembers is not the user's here

title_colour='' prompt_colour='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
  title_colour=$'\e[1;36m' prompt_colour=$'\e[1;32m' plain=$'\e[0m'
fi
title() { printf '\n%s%s%s\n' "$title_colour" "$*" "$plain"; }
run() {
  printf '%s$%s %s\n' "$prompt_colour" "$plain" "$*"
  eval "$*"
}
expect() { # what, wanted, got
  [[ $2 == "$3" ]] || { echo "demo: $1: expected $2, got $3" >&2; exit 1; }
}
mails() { find archive/cur archive/new -type f | wc -l; }

title "1. Two backup files of a phone, and who is who"
run "ls *.xml *.vcf"
run "smsbackup stats sms-20240203101500.xml"

title "2. Into a mail archive"
run "smsbackup copy --progress always --contacts people.vcf sms-*.xml calls-*.xml maildir:archive"
expect "mails in the archive" 57 "$(mails)"

title "3. The same again: nothing is doubled"
run "smsbackup copy --contacts people.vcf sms-*.xml calls-*.xml maildir:archive --report again.json"
expect "mails in the archive" 57 "$(mails)"
expect "records written" 0 "$(sed -n 's/.*"total":{[^}]*"written":\([0-9]*\).*/\1/p' <<<"$(tr -d '\n ' <again.json)")"

title "4. What a message looks like there: any mail program can read it, SMS Backup+ can restore it"
run "grep -rh -B 30 -A 8 'Could you bring' archive"

title "5. Back out of the archive, as JSON lines"
run "smsbackup restore archive jsonl:restored.jsonl"
run "head -n 1 restored.jsonl"
expect "restored records" 57 "$(wc -l <restored.jsonl)"

title "6. Do both sides hold the same records?"
run "smsbackup verify sms-20240203101500.xml restored.jsonl"
run "smsbackup verify --both-ways archive restored.jsonl"

title "7. One letter changed by hand is found, and named without being shown"
run "sed 's/Could you bring/Would you bring/' restored.jsonl >changed.jsonl"
run "smsbackup verify archive changed.jsonl || test \$? = 1"

title "8. Onto an empty phone: the databases that Android keeps, with conversations and pictures"
run "smsbackup restore archive android-db:phone"
run "ls phone phone/app_parts"
expect "pictures on the phone" "$(find phone/app_parts -name 'PART_*' | wc -l)" "$(grep -o '"__data":' restored.jsonl | wc -l)"
run "smsbackup verify --both-ways archive android-db:phone"
