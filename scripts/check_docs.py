#!/usr/bin/env python3
"""Checks that the files and symbols that documents link to exist.

Every relative Markdown link must lead to a file, and if a link's text is
`file symbol`, the file must contain the symbol.
"""

import os
import re
import subprocess
import sys

LINK = re.compile(r"\[([^\]]+)\]\(([^)#\s]+)(?:#[^)]*)?\)")


def main():
    files = subprocess.run(["git", "ls-files", "*.md"],
                           capture_output=True, text=True, check=True)
    errors = 0
    for document in files.stdout.split():
        with open(document, encoding="utf-8") as source:
            text = source.read()
        for label, target in LINK.findall(text):
            if "://" in target or target.startswith("mailto:"):
                continue
            path = os.path.normpath(
                os.path.join(os.path.dirname(document), target))
            if not os.path.exists(path):
                print(f"{document}: {target} does not exist")
                errors += 1
                continue
            words = label.replace("`", "").split()
            if len(words) == 2 and os.path.isfile(path):
                with open(path, encoding="utf-8") as source:
                    if words[1] not in source.read():
                        print(f"{document}: {target} has no {words[1]}")
                        errors += 1
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
