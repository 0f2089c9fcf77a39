#!/usr/bin/env bash
# Installs the npm packages of a folder, unless those of its lock file are
# already installed.
#
#   scripts/npm_install.sh FOLDER
set -euo pipefail
cd "$1"
stamp=node_modules/.installed
if ! cmp -s package-lock.json "$stamp" 2>/dev/null; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  cp package-lock.json "$stamp"
fi
