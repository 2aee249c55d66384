#!/usr/bin/env bash
# A client in another language, written from schema/PROTOCOL.md alone, against a real server (tests/e2e/node). Needs
# DAYBOOK_BIN (a folder with daybookd), DAYBOOK_SOURCE, node, and the packages that `./dev test` has put in place.
set -euo pipefail
: "${DAYBOOK_BIN:?}" "${DAYBOOK_SOURCE:?}"
cd "$DAYBOOK_SOURCE/tests/e2e/node"
[ -d node_modules/ws ] || { echo "the client's packages are missing: (cd tests/e2e/node && npm ci)" >&2; exit 1; }
export DAYBOOKD=$DAYBOOK_BIN/daybookd
exec node --test
