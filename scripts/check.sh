#!/usr/bin/env bash
# Checks of the tree that need no compiler of ours: include rules, format,
# sizes of files, and what the documents name.
set -euo pipefail
cd "$(dirname "$0")/.."

python3 scripts/check_includes.py
python3 scripts/check_docs.py
python3 scripts/check_sizes.py
git ls-files '*.hpp' '*.cpp' | xargs clang-format-14 --dry-run --Werror
echo "checks passed"
