"""Reads the requests and pushes of all dialects out of the C++ sources.

It knows the style of protocol/dialects: tables of methods, decoders that name each
member once, and encoders that add() each member. It is no parser, so it stops with an
error where it finds nothing, instead of leaving something out.
"""

import os
import re

DIALECTS = "protocol/dialects"
COMMON = f"{DIALECTS}/common"
VERBS = ["protocol/verbs/verbs.hpp", "protocol/verbs/data_verbs.hpp",
         "protocol/verbs/lobby_verbs.hpp", "protocol/verbs/recording_verbs.hpp"]
DECODERS = [f"{COMMON}/request_decoder.cpp", f"{COMMON}/request_decoder_data.cpp",
            f"{COMMON}/request_decoder_members.cpp"]

# Replies and events that are not an object of their own but something's encoding.
WHOLE = {"router": "RtpCapabilities", "report": "Stats[]", "producer": "Producer",
         "data_producer": "DataProducer", "what": "Recording"}
LISTS = {"producers": "Producer[]", "data_producers": "DataProducer[]"}


class NotFound(Exception):
    """The sources are not as this script expects them."""


def read(path):
    with open(path, encoding="utf-8") as source:
        return re.sub(r"^\s*//.*$", "", source.read(), flags=re.MULTILINE)


def block(text, begin):
    """The text between the first brace at or after `begin` and its match."""
    opening = text.index("{", begin)
    depth = 0
    for at in range(opening, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return text[opening + 1:at]
    raise NotFound("braces do not match")


def find_body(text, head):
    """The body of the definition whose head matches; nothing if there is none."""
    found = re.search(head + r"(?=[^;{}]*\{)", text)
    return block(text, found.end()) if found else None


def unique(items):
    return list(dict.fromkeys(items))


class Sources:
    """What the sources say about verbs, their members, replies and events."""

    def __init__(self):
        self._decoders = [read(path) for path in DECODERS]
        for folder in sorted(os.listdir(DIALECTS)):
            for name in sorted(os.listdir(f"{DIALECTS}/{folder}")
                               if os.path.isdir(f"{DIALECTS}/{folder}") else []):
                if folder != "common" and name.endswith(".cpp"):
                    self._decoders.append(read(f"{DIALECTS}/{folder}/{name}"))
        self._replies = read(f"{COMMON}/reply_encoder.cpp")
        verbs = "".join(read(path) for path in VERBS)
        self.reply_of = dict(re.findall(
            r"struct (\w+) \{\s*using reply = [\w:]*reply::(\w+);", verbs))
        found = re.search(r"using any_event = std::variant<(.*?)>;", verbs, re.DOTALL)
        self.events = re.findall(r"event::(\w+)", found[1])
        self.event_names = {event: name for event, name in re.findall(
            r"operator\(\)\(const event::(\w+)&\) \{\s*return \"([\w-]+)\";",
            read(f"{COMMON}/event_names.cpp"))}
        if set(self.event_names) != set(self.events):
            raise NotFound("kebab_name() does not name exactly the events of any_event")

    # -- requests ----------------------------------------------------------------

    def _decoder(self, name, home=""):
        for text in [home, *self._decoders]:
            body = find_body(text, rf"\b{name}\(const (?:rapidjson::)?Value&")
            if body is not None:
                return body
        raise NotFound(f"no decoder {name}")

    def verb(self, decoder, home=""):
        """The verb that a decoder returns; `home` is the text to look in first."""
        body = self._decoder(decoder, home)
        found = re.search(r"\bverb::(\w+)", body)
        if found:
            return found[1]
        inner = re.search(r"\b(read_\w+)(?:<[\w:]+>)?\(", body)
        if not inner:
            raise NotFound(f"{decoder} names no verb")
        return self.verb(inner[1])

    def members(self, decoder, home=""):
        """The members of a payload, in order: (names, whether one is required)."""
        body = self._decoder(decoder, home)
        missing = set(re.findall(r'refuse\(decode_errc::missing, "(\w+)"', body))
        missing |= set(re.findall(r'^  return refuse\(decode_errc::\w+, "(\w+)"', body,
                                  re.MULTILINE))
        absent = set(re.findall(r'if \(!find_member\(\w+, "(\w+)"\)\)\s*return finish',
                                body))
        out = []
        pattern = (r'\b(?P<how>required\w*|optional_\w+|read|find_\w+)\(\s*(?:decode_\w+,'
                   r'\s*)?(?:payload|data),\s*"(?P<name>\w+)"'
                   r'|for \(\w[\w:]* \w+\s*:\s*\{(?P<list>[^}]*)\}'
                   r'|string_view name = "(?P<fixed>\w+)"'
                   r'|\b(?P<call>\w+)(?:<[\w:]+>)?\(\s*(?:payload|data)\b(?P<rest>[^;]*)')
        for found in re.finditer(pattern, body):
            if found["name"]:
                required = found["how"].startswith("required") or found["name"] in missing
                out.append(((found["name"],), required and found["name"] not in absent))
            elif found["list"]:
                names = tuple(re.findall(r'"(\w+)"', found["list"]))
                out.append((names, bool(missing & set(names))))
            elif found["fixed"]:
                out.append(((found["fixed"],), found["fixed"] in missing))
            elif self._is_local(found["call"]):
                given = "required_id<" in found["rest"]
                free = found["call"].startswith("optional_")
                out += [(names, not free and
                         (given or needed or bool(missing & set(names))))
                        for names, needed in self.members(found["call"])]
        return self._merge(out)

    def _is_local(self, name):
        try:
            self._decoder(name)
        except NotFound:
            return False
        return name not in ("find_member", "find_text")

    @staticmethod
    def _merge(found):
        needed = {}
        for names, required in found:
            needed[names] = needed.get(names, False) or required
        lists = [set(names) for names in needed if len(names) > 1]
        return [(names, required) for names, required in needed.items()
                if len(names) > 1 or not any(names[0] in x for x in lists)]

    # -- replies and events ------------------------------------------------------

    def added(self, text, head):
        """The members that a function add()s: (name, whether always)."""
        body = find_body(text, head)
        if body is None:
            raise NotFound(f"no encoder {head}")
        return self.added_in(body)

    @staticmethod
    def added_in(body):
        out = {}
        for statement in body.split(";"):
            # A chain goes on after the braces of an if.
            always = not re.match(r"\s*(?:\}\s*)?(?:else )?(?:if|else)\b", statement)
            for name in re.findall(r'(?:\badd|put|about|named)\(\s*"(\w+)"', statement):
                out[name] = out.get(name, False) or always
            if "add_moderator(" in statement:
                out["by"] = False
        return list(out.items())

    def reply(self, name):
        """A reply without a dialect's envelope: a type, or members."""
        head = rf"operator\(\)\(const reply::{name}& \w+\)"
        if name == "ok":
            return []
        body = find_body(self._replies, head)
        if body is None:
            raise NotFound(f"no encoder of reply::{name}")
        if name in LISTS:
            return LISTS[name]
        whole = re.search(r"encode\(in\.(\w+), out", body)
        return WHOLE[whole[1]] if whole else self.added_in(body)

    def event(self, name):
        """The same for an event."""
        body = find_body(self._replies, rf"operator\(\)\(const event::{name}& \w+\)")
        if body is None:
            raise NotFound(f"no encoder of event::{name}")
        whole = re.search(r"encode\(in\.(\w+), out", body)
        if whole:
            return WHOLE[whole[1]]
        if "about(in.peer)" in body:
            return self.added(self._replies, r"void about\(const participant& \w+\)")
        return self.added_in(body)

    def structure(self, name):
        """The members of something that several replies have, such as participant."""
        return self.added(self._replies, rf"void encode\(const {name}& \w+, Value&")


def table(path, array):
    """The text of a constexpr table of methods."""
    body = find_body(read(path), rf"constexpr std::array {array}")
    if not body:
        raise NotFound(f"{path} has no table {array}")
    return body


def rows(path, array, entry):
    """The entries of a table, each the text between its braces or parentheses."""
    text = table(path, array)
    out = []
    for found in re.finditer(rf"\b{entry}(?=[{{(])", text):
        opening = text[found.end()]
        if opening == "{":
            out.append(block(text, found.end()))
        else:
            out.append(text[found.end() + 1:text.index(")", found.end())])
    if not out:
        raise NotFound(f"{path}: the table {array} has no {entry}")
    return out
