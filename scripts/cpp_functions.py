"""Finds the functions of a C++ file by counting braces.

It is no parser: it knows comments, literals, namespaces, classes and
initializers, which is enough for the style of this project.
"""

import re

_BLANKED = re.compile(
    r'R"(?P<tag>[^\s()\\]{0,16})\((?:.|\n)*?\)(?P=tag)"'
    r'|"(?:\\(?:.|\n)|[^"\\\n])*"'
    r"|(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'"
    r"|//[^\n]*"
    r"|/\*(?:.|\n)*?\*/"
    r"|^[ \t]*#(?:\\\n|[^\n])*",
    re.MULTILINE)
_SCOPE = re.compile(r"(?:inline\s+)?namespace\b|extern\s*$|TEST_SUITE\b")
_TYPE = re.compile(r"(?:template\s*<.*>\s*)?(?:class|struct|union|enum)\b",
                   re.DOTALL)
_NAME = re.compile(r"(operator\s*\S+?|[~\w:]+)\s*\(")
_MACRO = re.compile(r"\s*[A-Z][A-Z0-9_]+\s*\([^{}]*\)")
_ACCESS = re.compile(r"\s*(?:public|private|protected)\s*:(?!:)")


class UnbalancedBraces(Exception):
    """The file has braces that this script cannot match."""


class Function:
    """A function with a body: its name, first line and number of lines."""

    def __init__(self, name, line, lines):
        self.name = name
        self.line = line
        self.lines = lines


def _blank(match):
    return re.sub(r"[^\n]", " ", match[0])


def _matching_brace(text, begin):
    depth = 0
    for i in range(begin, len(text)):
        if text[i] == "{":
            depth += 1
        elif text[i] == "}":
            depth -= 1
            if depth == 0:
                return i
    raise UnbalancedBraces


def _parentheses(head):
    return head.count("(") - head.count(")")


def _top_level(head):
    """The head without what is inside parentheses and braces."""
    out = []
    depth = 0
    for c in head:
        if c in "({":
            depth += 1
        elif c in ")}":
            depth -= 1
        elif depth == 0:
            out.append(c)
    return "".join(out)


def _is_body(head):
    """Whether the brace after this head begins a function's body."""
    if _parentheses(head) != 0 or ")" not in head:
        return False
    before = head.rstrip()
    if before.endswith(("=", ",", "return", "(")):
        return False
    # In a constructor's initializer list, `member{` begins a value.
    lists_members = re.search(r"\)[^()]*[^:]:(?!:)", head)
    if lists_members and re.search(r"[\w>]$", before):
        return False
    # `auto x = make(1)[{...}]` and the like never occur; a lambda does.
    top = _top_level(head)
    return "=" not in top.replace("==", "").replace("operator=", "") \
        or "[" in top


def _name_of(head, original):
    """The function's name; for a test, its title."""
    test = re.match(r"\s*(TEST_CASE\w*|SCENARIO)\s*\(", head)
    if test:
        titles = re.findall(r'"((?:[^"\\]|\\.)*)"', original)
        return test[1] + " " + "".join(titles)
    found = _NAME.search(head)
    return re.sub(r"\s+", "", found[1]) if found else "lambda"


def find_functions(source):
    """The functions of namespaces and classes, those of classes included.

    A lambda or local class counts for the function around it.
    """
    text = _BLANKED.sub(_blank, source)
    out = []
    open_scopes = 0
    begin = 0
    i = 0
    while i < len(text):
        c = text[i]
        head = text[begin:i]
        if c == "{":
            kind = _TYPE.match(head.lstrip())
            is_class = kind and not head.rstrip().endswith(")")
            if _SCOPE.match(head.strip()) or is_class and "enum" not in kind[0]:
                open_scopes += 1
                begin = i + 1
            elif _is_body(head) and not is_class:
                end = _matching_brace(text, i)
                start = begin + len(head) - len(head.lstrip())
                first = text.count("\n", 0, start) + 1
                last = text.count("\n", 0, end) + 1
                out.append(Function(_name_of(head, source[begin:i]), first,
                                    last - first + 1))
                i = end
                begin = end + 1
            else:
                i = _matching_brace(text, i)  # an initializer or enumeration
        elif c == "}":
            if open_scopes == 0:
                raise UnbalancedBraces
            open_scopes -= 1
            begin = i + 1
        elif c == ";" and _parentheses(head) == 0:
            begin = i + 1
        elif c == ")" and _MACRO.fullmatch(text[begin:i + 1]) \
                and not text[i + 1:i + 200].lstrip().startswith("{"):
            begin = i + 1  # a macro that stands alone, without a semicolon
        elif c == ":" and _ACCESS.fullmatch(text[begin:i + 1]):
            begin = i + 1
        i += 1
    if open_scopes != 0:
        raise UnbalancedBraces
    return out
