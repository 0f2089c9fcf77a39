#!/usr/bin/env python3
"""Checks that no source file has more than 500 lines."""

import subprocess
import sys

LIMIT = 500
KINDS = ["*.hpp", "*.cpp", "*.ts", "*.mjs", "*.py", "*.css", "*.cmake"]


def main():
    files = subprocess.run(["git", "ls-files", *KINDS],
                           capture_output=True, text=True, check=True)
    errors = 0
    for path in files.stdout.split():
        with open(path, encoding="utf-8") as source:
            lines = sum(1 for _ in source)
        if lines > LIMIT:
            print(f"{path}: {lines} lines (at most {LIMIT})")
            errors += 1
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
