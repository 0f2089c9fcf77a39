#!/usr/bin/env python3
"""Checks that what the documents name exists.

Every relative Markdown link must lead to a file, and its #part to a heading of that
document. Pictures in HTML must exist, too.
Where a link's text is `file symbol`, the file must contain the symbol.
Where quoted names follow a link after a colon, as in [file](path): "a name", the file
must contain each name. In docs/threats.md each row of a table must have such a proof.
The table of the log in docs/operating.md must name each event that is logged.
The names in docs/glossary.md that differ from the field's must still be in the code.
Sources may name documents of docs/ only that exist.
"""

import os
import re
import subprocess
import sys

LINK = re.compile(r"\[([^\]]+)\]\(([^)#\s]*)(?:#([^)]*))?\)")
PICTURE = re.compile(r"<(?:img|source)\b[^>]*\bsrc(?:set)?=\"([^\"]+)\"")
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
PROOF = re.compile(r"\]\(([^)#\s]+)\):((?:\s*\"[^\"]+\",?)+)")
THREATS = "docs/threats.md"
GLOSSARY = "docs/glossary.md"
OPERATING = "docs/operating.md"
LOGGED = re.compile(r"\b(?:log::(?:event|event_with|refusal)|log_action)\(([^{;]*)")
NAMED = re.compile(r"\bdocs/[\w/-]+\.(?:md|json)|\bdocs/adr/\d{4}|\bADR \d+")


def read(path):
    with open(path, encoding="utf-8") as source:
        return source.read()


def anchors(text):
    """The #parts by which a document's headings are linked, as GitHub has them."""
    out = set()
    for heading in re.findall(r"^#+ +(.*)$", text, re.MULTILINE):
        heading = re.sub(r"[^\w\- ]", "", heading.lower())
        out.add(heading.strip().replace(" ", "-"))
    return out


def joined_literals(text):
    """A source's text, with string literals that stand side by side made one."""
    return re.sub(r'"\s*\n\s*"', "", text)


def check_pictures(document, text):
    for target in PICTURE.findall(CODE.sub("", text)):
        path = os.path.normpath(os.path.join(os.path.dirname(document), target))
        if "://" not in target and not os.path.exists(path):
            yield f"the picture {target} does not exist"


def check_links(document, text):
    for label, target, part in LINK.findall(CODE.sub("", text)):
        if "://" in target or target.startswith("mailto:"):
            continue
        path = document
        if target:
            path = os.path.normpath(
                os.path.join(os.path.dirname(document), target))
        if not os.path.exists(path):
            yield f"{target} does not exist"
            continue
        if part and path.endswith(".md") and part not in anchors(read(path)):
            yield f"{path} has no heading #{part}"
        words = label.replace("`", "").split()
        if len(words) == 2 and os.path.isfile(path) and not part:
            if words[1] not in read(path):
                yield f"{target} has no {words[1]}"


def check_proofs(document, text):
    for target, names in PROOF.findall(text):
        path = os.path.normpath(os.path.join(os.path.dirname(document), target))
        if not os.path.isfile(path):
            continue # check_links has said so
        source = joined_literals(read(path))
        for name in re.findall(r'"([^"]+)"', names):
            if f'"{name}"' not in source:
                yield f"{target} has no test \"{name}\""


def check_rows(text):
    """Each row of a table must have a proof."""
    for line in text.splitlines():
        head = line.startswith(("| threat |", "| fault |", "|---"))
        if line.startswith("|") and not head and not PROOF.search(line):
            yield f"no proof in: {line[:60]}"


def check_names(text):
    """Each name of the glossary's second table must be in the sources."""
    table = text.split("## Names in the code that differ")[1]
    rows = re.findall(r"^\| (`[^|]+)\|", table, re.MULTILINE)
    names = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    files = subprocess.run(["git", "ls-files", "*.hpp", "*.cpp"],
                           capture_output=True, text=True, check=True)
    words = set()
    for path in files.stdout.split():
        words.update(re.findall(r"\w+", read(path)))
    for name in names:
        if name not in words:
            yield f"no source has {name}: remove it"


def check_log(text):
    """The table of the log has a row for each event, and no other rows."""
    section = text.split("## The log\n")[1].split("\n## ")[0]
    table = section.split("Reasons of `peer-left`")[0]
    rows = re.findall(r"^\| (`[^|]+)\|", table, re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    files = subprocess.run(["git", "ls-files", "actors/*.cpp", "actors/*.hpp"],
                           capture_output=True, text=True, check=True)
    logged = set()
    for path in files.stdout.split():
        for call in LOGGED.findall(read(path)):
            logged.update(re.findall(r'"([a-z-]+)"', call))
    for name in sorted(logged - told):
        yield f"the table of the log lacks {name}"
    for name in sorted(told - logged):
        yield f"nothing logs {name}"


def check_sources():
    """What comments and scripts name as a document must be one."""
    known = set()
    for name in subprocess.run(["git", "ls-files", "docs"], capture_output=True,
                               text=True, check=True).stdout.split():
        known.add(name)
        if number := re.match(r"docs/adr/(\d{4})", name):
            known.update([number[0], f"ADR {int(number[1])}"])
    kinds = ["*.hpp", "*.cpp", "*.conf", "*.ts", "*.mjs"]
    files = subprocess.run(["git", "ls-files", *kinds],
                           capture_output=True, text=True, check=True)
    for path in files.stdout.split():
        for name in NAMED.findall(read(path)):
            if name not in known:
                yield f"{path}: there is no {name}"


def main():
    files = subprocess.run(["git", "ls-files", "*.md"],
                           capture_output=True, text=True, check=True)
    wrong = list(check_sources())
    for error in wrong:
        print(error)
    errors = len(wrong)
    for document in files.stdout.split():
        text = read(document)
        found = [*check_links(document, text), *check_proofs(document, text),
                 *check_pictures(document, text)]
        if document == THREATS:
            found += check_rows(text)
        if document == OPERATING:
            found += check_log(text)
        if document == GLOSSARY:
            found += check_names(text)
        for error in found:
            print(f"{document}: {error}")
        errors += len(found)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
