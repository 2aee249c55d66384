#!/usr/bin/env bash
# The dashboard's own tests (Vitest). Needs DAYBOOK_SOURCE.
set -euo pipefail
cd "${DAYBOOK_SOURCE:?}/apps/dashboard"
npm test --silent </dev/null
