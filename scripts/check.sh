#!/usr/bin/env bash
# Checks that need no compiler: includes, documents, sizes and format.
set -euo pipefail
cd "$(dirname "$0")/.."

python3 scripts/check_includes.py
python3 scripts/check_docs.py
python3 scripts/dialect_tables.py
python3 scripts/check_sizes.py
git ls-files '*.hpp' '*.cpp' | xargs clang-format-14 --dry-run --Werror
echo "checks passed"
