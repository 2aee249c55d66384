#!/usr/bin/env bash
# The dashboard's types of the wire are what the server's contract says. Needs DAYBOOK_BIN (a folder with
# daybook_contract) and DAYBOOK_SOURCE.
set -euo pipefail
: "${DAYBOOK_BIN:?}" "${DAYBOOK_SOURCE:?}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for document in asyncapi openapi; do "$DAYBOOK_BIN/daybook_contract" $document >"$work/$document.json"; done
cd "$DAYBOOK_SOURCE/apps/dashboard"
node tools/wire_types.mjs "$work/asyncapi.json" "$work/openapi.json" >"$work/wire.ts"
diff -u src/wire/wire.ts "$work/wire.ts" || {
  echo "apps/dashboard/src/wire/wire.ts is not what the contract says: run ./dev generate" >&2
  exit 1
}
