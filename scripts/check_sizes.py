#!/usr/bin/env python3
"""Checks the sizes of source files, of functions and of actor shells.

A file has at most 500 lines, a function at most 60, and each file of an actor's
shell at most 250. The exceptions below may only shrink: remove an entry that is
no longer needed, and never raise one.
"""

import os
import re
import subprocess
import sys

from cpp_functions import UnbalancedBraces, find_functions

FILE_LIMIT = 500
FUNCTION_LIMIT = 60
SHELL_LIMIT = 250
KINDS = ["*.hpp", "*.cpp", "*.ts", "*.mjs", "*.py", "*.css", "*.cmake"]

# Tables of message handlers: one entry for each message, whatever their number.
BEHAVIOUR_TABLES = {
    "peer_state::make_behavior",
    "producer_state::make_behavior",
    "recording_actor_state::make_behavior",
    "room_state::make_behavior",
    "sctp_actor_state::make_behavior",
    "shard_state::make_behavior",
}

# Functions that are longer, with their numbers of lines.
LONG_FUNCTIONS = {
    ("tests/fuzz/engineio_fuzz.cpp", "check_session"): 70,
    ("tests/protocol/socketio/socketio_test.cpp",
     "TEST_CASE malformed packets are refused, each for its reason"): 75,
    ("tests/protocol/json/json_limits_test.cpp",
     "TEST_CASE bad texts are refused for the right reason"): 80,
}

# Shells that are longer, with their numbers of lines.
LONG_SHELLS = {
}

# A line that begins the definition of a member of an actor's state.
STATE_MEMBER = re.compile(r"^[^\s/].*?\b\w+_state::~?\w+\(", re.MULTILINE)

# What only an actor does: so a part of its state that is a class is found, too.
SENDS = re.compile(r"\bself\s*->\s*(?:send|request)\(")


def is_shell(path, text):
    """Whether the file is part of an actor: its state or what it does."""
    if not path.startswith("actors/"):
        return False
    if path.endswith(("_actor.cpp", "_state.hpp")):
        return True
    return path.endswith(".cpp") and (STATE_MEMBER.search(text) is not None
                                      or SENDS.search(text) is not None)


class Exceptions:
    """A list of exceptions, and which of them are needed."""

    def __init__(self, sizes):
        self.sizes = sizes
        self.needed = set()

    def judge(self, key, lines, limit):
        """Returns what is wrong with this size, or nothing."""
        if lines <= limit:
            return None
        allowed = self.sizes.get(key)
        if allowed is None:
            return f"{lines} lines (at most {limit})"
        self.needed.add(key)
        if lines > allowed:
            return f"{lines} lines: it has grown from {allowed}"
        return None

    def unneeded(self):
        return [key for key in self.sizes if key not in self.needed]


def check_functions(path, text, listed, tables):
    """Yields what is wrong with the functions of a C++ file."""
    try:
        functions = find_functions(text)
    except UnbalancedBraces:
        yield f"{path}: its braces cannot be matched"
        return
    for x in functions:
        if x.lines > FUNCTION_LIMIT and x.name in BEHAVIOUR_TABLES:
            tables.add(x.name)
            continue
        error = listed.judge((path, x.name), x.lines, FUNCTION_LIMIT)
        if error:
            yield f"{path}:{x.line}: {x.name}: {error}"


def find_errors(paths):
    functions = Exceptions(LONG_FUNCTIONS)
    shells = Exceptions(LONG_SHELLS)
    tables = set()
    for path in paths:
        with open(path, encoding="utf-8") as source:
            text = source.read()
        lines = text.count("\n")
        if lines > FILE_LIMIT:
            yield f"{path}: {lines} lines (at most {FILE_LIMIT})"
        if path.endswith((".hpp", ".cpp")):
            yield from check_functions(path, text, functions, tables)
        if is_shell(path, text):
            error = shells.judge(path, lines, SHELL_LIMIT)
            if error:
                yield f"{path}: a shell with {error}"
    unneeded = [f"{path}: {name}" for path, name in functions.unneeded()]
    unneeded += shells.unneeded() + sorted(BEHAVIOUR_TABLES - tables)
    for x in unneeded:
        yield f"{x}: the exception in {sys.argv[0]} is no longer needed"


def main():
    files = subprocess.run(["git", "ls-files", *KINDS],
                           capture_output=True, text=True, check=True)
    paths = [x for x in files.stdout.split() if os.path.exists(x)]
    errors = list(find_errors(paths))
    for error in errors:
        print(error)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
