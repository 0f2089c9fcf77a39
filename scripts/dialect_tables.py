#!/usr/bin/env python3
"""Checks, or writes, the tables of requests and pushes in docs/dialects.

    scripts/dialect_tables.py            fails if a table differs from the code
    scripts/dialect_tables.py --write    corrects the tables

Names, payloads and answers come from the C++ sources. Types and meanings are written by
hand, once for all dialects, in the tables of docs/dialects/README.md: the script says
which row is missing there. Cells that the sources do not give are kept, and must not be
empty.
"""

import os
import re
import sys

import dialect_sources
from dialect_rows import DIALECTS, Wording, structure_rows

SHARED = "docs/dialects/README.md"
MARK = re.compile(r"<!-- table (?P<name>[\w-]+) -->\n\n?(?P<rows>(?:\|.*\n)*)")
TO_WRITE = "TODO"
HINT = ("Add by hand what is to be added by hand, then run scripts/dialect_tables.py --write, "
        "which corrects all other rows.")


def cells(line):
    """The cells of a line of a table."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def tables_of(text):
    """The rows of each marked table, by its name: lists of cells, without the head."""
    return {found["name"]: [cells(line) for line in found["rows"].splitlines()[2:]]
            for found in MARK.finditer(text)}


def complete(row, former):
    """A row with the cells that are kept."""
    return [kept if cell is None else cell
            for cell, kept in zip(row, former or [TO_WRITE] * len(row))]


def compare(path, name, rows, written):
    """What is wrong with a table."""
    former = {row[0]: row for row in written}
    for row in rows:
        if row[0] not in former:
            yield f"{path}: the table {name} has no row for {row[0]}"
            continue
        if len(former[row[0]]) != len(row):
            yield f"{path}: {name}: {row[0]} has {len(former[row[0]])} cells, not {len(row)}"
            continue
        for wanted, cell in zip(row, former[row[0]]):
            if wanted is None and cell in ("", TO_WRITE):
                yield f"{path}: {name}: the row of {row[0]} has an empty cell: describe it"
            elif wanted is not None and wanted != cell:
                yield f"{path}: {name}: {row[0]} should have {wanted!r}, not {cell!r}"
    known = {row[0] for row in rows}
    for key in former:
        if key not in known:
            yield f"{path}: the table {name} has {key}, which the code has not"


def rewrite(text, tables):
    """The document with these tables in place of those that it has."""
    def replace(found):
        if found["name"] not in tables:
            return found[0]
        head = found["rows"].splitlines()[:2]
        former = {row[0]: row for row in tables_of(found[0])[found["name"]]}
        lines = head + ["| " + " | ".join(complete(row, former.get(row[0]))) + " |"
                        for row in tables[found["name"]]]
        return f"<!-- table {found['name']} -->\n\n" + "\n".join(lines) + "\n"
    return MARK.sub(replace, text)


def expected_tables(sources, wording):
    """The rows of all generated tables, by document and name."""
    out = {SHARED: {"structures": structure_rows(sources, wording)}}
    for path, make in DIALECTS.items():
        out[path] = make(sources, wording)
    known = {os.path.basename(path)[:-3].replace("flow-and-rooms", "camel") for path in DIALECTS}
    for folder in os.listdir(dialect_sources.DIALECTS):
        if os.path.isdir(f"{dialect_sources.DIALECTS}/{folder}") \
                and folder not in known | {"common"}:
            raise dialect_sources.NotFound(f"docs/dialects has no document for {folder}")
    return out


def check(path, text, tables):
    """What is wrong with a document."""
    written = tables_of(text)
    for name, rows in tables.items():
        if name not in written:
            yield f"{path}: no table is marked <!-- table {name} -->"
        else:
            yield from compare(path, name, rows, written[name])


def main():
    with open(SHARED, encoding="utf-8") as file:
        wording = Wording(SHARED, tables_of(file.read()))
    expected = expected_tables(dialect_sources.Sources(), wording)
    errors = list(wording.complaints(dialect_sources.Sources()))
    for path, tables in expected.items():
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if "--write" in sys.argv[1:]:
            text = rewrite(text, tables)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        errors += check(path, text, tables)
    for error in errors:
        print(error)
    if errors:
        print(HINT)
    return 1 if errors else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except dialect_sources.NotFound as why:
        sys.exit(f"scripts/dialect_sources.py: {why}")
