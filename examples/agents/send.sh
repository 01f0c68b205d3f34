#!/bin/sh
# Sends change files over SFTP, one after the other, and fetches what became of each.
#
#   SPOOLGATE=acme-hr@files.example.com ./send.sh outbox results
#
# Every file in "outbox" is uploaded in the order of its name. Its trace and report come to "results", and then the file
# itself; what was refused, and why, is printed to standard error. Exit code: 0 everything was applied, 1 something was
# refused, 2 no result came in time; what was not sent stays in "outbox".
#
# SPOOLGATE_PORT     2022
# SPOOLGATE_OPTIONS  options of sftp, such as: -i /etc/agent/key -o UserKnownHostsFile=/etc/agent/known_hosts
# SPOOLGATE_SECONDS  how long to wait for a result: 600. A file that waits for a cap may take an hour.
set -eu

outbox=${1:?usage: send.sh OUTBOX RESULTS}
results=${2:?usage: send.sh OUTBOX RESULTS}
seconds=${SPOOLGATE_SECONDS:-600}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Commands on standard input; the answer without the echo of the commands.
remote() {
  # The options are several words on purpose.
  # shellcheck disable=SC2086
  sftp -q -b - -P "${SPOOLGATE_PORT:-2022}" ${SPOOLGATE_OPTIONS:-} "$SPOOLGATE" | grep -v '^sftp> ' || true
}

# A file appears under its final name only when it is whole.
upload() {
  printf 'put "%s" "%s.part"\nrename "%s.part" "%s"\n' "$1" "$2" "$2" "$2" | remote
}

# Where a file is now: _processed, _error, or nothing while it waits.
place() {
  printf 'ls -1 _processed\nls -1 _error\n' | remote | grep "/$1\$" | cut -d/ -f1 || true
}

reports() {
  echo 'ls -1 _report' | remote | sed -n '/\.txt$/p' | sort
}

refused=0
for file in "$outbox"/*; do
  [ -f "$file" ] || continue
  name=$(basename "$file")
  trace=${name%.*}_trace.${name##*.}
  reports >"$work/before"
  upload "$file" "$name"

  waited=0
  until folder=$(place "$name") && [ -n "$folder" ]; do
    [ "$waited" -lt "$seconds" ] || { echo "$name: no result within $seconds s" >&2; exit 2; }
    sleep 1
    waited=$((waited + 1))
  done

  # The report of the batch is written after its last file.
  until reports >"$work/after" && comm -13 "$work/before" "$work/after" | grep -q .; do sleep 1; done
  {
    # A file that was refused as a whole has no trace; a dash lets sftp go on.
    printf -- '-get "%s/%s" "%s/"\n' "$folder" "$trace" "$results"
    comm -13 "$work/before" "$work/after" | while read -r report; do printf 'get "%s" "%s/"\n' "$report" "$results"; done
  } | remote 2>/dev/null

  mv "$file" "$results/"
  echo "$name: $folder"
  [ "$folder" = _processed ] && continue
  refused=1
  comm -13 "$work/before" "$work/after" | while read -r report; do
    grep 'ERROR: ' "$results/$(basename "$report")" >&2 || true
  done
done
exit "$refused"
