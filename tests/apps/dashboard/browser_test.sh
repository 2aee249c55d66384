#!/usr/bin/env bash
# The dashboard in a real browser against a real server (Playwright). Needs DAYBOOK_BIN, DAYBOOK_SOURCE, node, chromium, and the
# packages that `./dev test` has put in place.
set -euo pipefail
: "${DAYBOOK_BIN:?}" "${DAYBOOK_SOURCE:?}"
cd "$DAYBOOK_SOURCE/apps/dashboard"
[ -d node_modules/@playwright/test ] || { echo "the dashboard's packages are missing: (cd apps/dashboard && npm ci)" >&2; exit 1; }
CHROMIUM=$(command -v chromium) || { echo "chromium is missing: apt-get install chromium" >&2; exit 1; }
DAYBOOK_E2E_RESULTS=$(mktemp -d)
export CHROMIUM DAYBOOK_E2E_RESULTS DAYBOOKD=$DAYBOOK_BIN/daybookd DAYBOOK=$DAYBOOK_BIN/daybook
trap 'rm -rf "$DAYBOOK_E2E_RESULTS"' EXIT
npx --no-install playwright test --project=tests "$@"
