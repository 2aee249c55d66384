#!/usr/bin/env bash
# Every command of the README's tour works: the blocks marked `<!-- tour -->` are run, as they stand, one after the
# other in one shell, against a real server with its demo. Where a block says `# daybook: ...`, that is what was said, but
# for the numbers; and there are attempts to show. Needs DAYBOOK_BIN (a folder with daybookd and daybook) and
# DAYBOOK_SOURCE.
set -euo pipefail
: "${DAYBOOK_BIN:?}" "${DAYBOOK_SOURCE:?}"

work=$(mktemp -d)
DATA=$work/data
server=
finish() {
  local status=$?
  if [ -n "$server" ]; then
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" || { echo "the server did not end well" >&2; status=1; }
  fi
  [ $status = 0 ] || { echo "--- what the server said" >&2; cat "$work/said" "$work/server.log" >&2 || true; }
  rm -rf "$work"
  exit $status
}
trap finish EXIT

tour=$work/tour.sh
awk '/^<!-- tour -->$/ { marked = 1; next }
     marked && /^```sh$/ { inside = 1; next }
     inside && /^```$/ { inside = marked = 0; next }
     inside { print }' "$DAYBOOK_SOURCE/README.md" >"$tour"
[ "$(wc -l <"$tour")" -ge 5 ] || { echo "the README has no tour" >&2; exit 1; }

# The server says its address and token on standard output; there is nothing to wait for but these lines.
mkfifo "$work/out"
"$DAYBOOK_BIN/daybookd" --data "$DATA" --listen 127.0.0.1:0 --demo >"$work/out" 2>"$work/server.log" </dev/null &
server=$!
exec 3<"$work/out"
DAYBOOK_SERVER='' DAYBOOK_TOKEN=''
while [ -z "$DAYBOOK_SERVER" ] || [ -z "$DAYBOOK_TOKEN" ]; do
  read -r -t 60 line <&3 || { echo "the server did not say its address and token" >&2; exit 1; }
  printf '%s\n' "$line" >>"$work/said"
  [[ ! $line =~ http://[0-9.]+:[0-9]+ ]] || DAYBOOK_SERVER=${BASH_REMATCH[0]}
  [[ ! $line =~ dbk_[A-Za-z0-9_-]+ ]] || DAYBOOK_TOKEN=${BASH_REMATCH[0]}
done
cat <&3 >>"$work/said" &

export PATH="$DAYBOOK_BIN:$PATH" DAYBOOK_SERVER DAYBOOK_TOKEN DATA
echo "--- the tour"
bash -euo pipefail -x "$tour" </dev/null 2>&1 | tee "$work/tour.out"

without_numbers() { sed -E 's/[0-9]+/N/g; s/T-N(, T-N)*/T-N/g'; }
without_numbers <"$work/tour.out" >"$work/tour.said"
claims=0
while read -r claim; do
  claims=$((claims + 1))
  grep -qxF -- "$claim" "$work/tour.said" || { echo "the tour does not say: $claim" >&2; exit 1; }
done < <(sed -n 's/^# \(daybook: .*\)/\1/p' "$tour" | without_numbers)
[ $claims -ge 1 ] || { echo "the README claims nothing" >&2; exit 1; }
[ "$(daybook log --type actRejected | wc -l)" -ge 1 ] || { echo "there are no attempts to show" >&2; exit 1; }
