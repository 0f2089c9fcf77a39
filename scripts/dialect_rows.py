"""Makes the rows of the tables in docs/dialects from the sources and shared wording."""

import re

from dialect_sources import COMMON, DIALECTS as FOLDER
from dialect_sources import NotFound, find_body, read, rows

ERROR = "protocol/verbs/error.cpp"
IDS = ["producerId", "consumerId", "dataProducerId", "dataConsumerId"]

# The names of structures in documents, and in the sources.
STRUCTURES = {"Participant": "participant", "Producer": "producer_info",
              "DataProducer": "data_producer_info", "EncodingScore": "event::encoding_score",
              "PeerVolume": "event::peer_volume", "ChatMessage": "chat_message",
              "WaitingClient": "waiting_client", "Recording": "recording_info",
              "RecordingSummary": "recording_summary"}


def kebab(name):
    return name.replace("_", "-")


def code(text):
    return f"`{text}`"


class Wording:
    """The types and meanings that docs/dialects/README.md has, and what it lacks."""

    def __init__(self, path, tables):
        self._path = path
        self._missing = {}
        self._used = set()
        self._rows = {}
        for name in ("members", "verbs", "events", "errors"):
            self._rows[name] = {row[0].replace("`", ""): row[1:]
                                for row in tables.get(name, [])}

    def _find(self, table, key, user):
        self._used.add((table, key))
        if key in self._rows[table]:
            return self._rows[table][key]
        self._missing.setdefault((table, key), user)
        return None

    def type_of(self, member, user):
        """The type of a member, which may depend on what it is a member of."""
        own = f"{user}.{member}"
        key = own if own in self._rows["members"] else member
        row = self._find("members", key, user)
        return row[0] if row else "?"

    def request(self, verb, user):
        """What a request does, and its own errors."""
        row = self._find("verbs", kebab(verb), user)
        return row if row else ["?", ""]

    def push(self, event, user):
        """When an event is pushed."""
        row = self._find("events", event, user)
        return row[0] if row else "?"

    def complaints(self, sources):
        """The rows that the shared tables lack, or have for nothing."""
        for (table, key), user in self._missing.items():
            yield (f"{self._path}: the table {table} has no row for `{key}`, which "
                   f"{user} has: add it by hand")
        codes = set(re.findall(r'return \{"([\w-]+)", "', read(ERROR)))
        for name in sorted(codes - set(self._rows["errors"])):
            yield f"{self._path}: the table errors has no row for `{name}`: add it by hand"
        for name in sorted(set(self._rows["errors"]) - codes):
            yield f"{self._path}: the table errors has `{name}`, which {ERROR} has not"
        verbs = {kebab(verb) for verb in sources.reply_of}
        for verb, row in self._rows["verbs"].items():
            if verb not in verbs:
                yield f"{self._path}: the table verbs has `{verb}`, which is no verb"
            for name in re.findall(r"`([\w-]+)`", row[1]):
                if name not in codes:
                    yield f"{self._path}: `{verb}` has the error `{name}`, which is none"
        for verb in sorted(verbs - set(self._rows["verbs"])):
            if ("verbs", verb) not in self._missing:
                yield f"{self._path}: the table verbs has no row for `{verb}`: add it by hand"
        for table in ("members", "events"):
            for key in self._rows[table]:
                if (table, key) not in self._used:
                    yield f"{self._path}: the table {table} has `{key}`, which is not used"


def shape(members, wording, user):
    """An object's members with their types, or the type that something is."""
    if isinstance(members, str):
        return code(members)
    out = []
    for name, always in members:
        names = (name,) if isinstance(name, str) else name
        mark = "" if always else "?"
        out.append(" or ".join(f"{x}{mark}" for x in names) + ": "
                   + wording.type_of(names[-1], user))
    return code("{" + ", ".join(out) + "}")


def description(verb, wording, user):
    """What a request does, and its errors, as one cell."""
    what, errors = wording.request(verb, user)
    return f"{what} {errors}" if errors else what


def structure_rows(sources, wording):
    out = [[code(name), shape(sources.structure(struct), wording, name)]
           for name, struct in STRUCTURES.items()]
    out.append([code("TransportParams"),
                shape(sources.reply("transport_created"), wording, "TransportParams")])
    return out


def event_rows(sources, wording, name_of, dialect):
    return [[code(name_of(event)), shape(sources.event(event), wording,
                                         sources.event_names[event]),
             wording.push(sources.event_names[event], dialect)]
            for event in sources.events]


# -- ws ----------------------------------------------------------------------


def ws_tables(sources, wording):
    out = []
    for row in rows(f"{FOLDER}/ws/ws.cpp", "methods", "method"):
        name, answer = re.findall(r'"([\w-]+)"', row)
        decoder = re.search(r"read_\w+", row)[0]
        verb = sources.verb(decoder)
        given = sources.members(decoder)
        reply = sources.reply(sources.reply_of[verb])
        if sources.reply_of[verb] == "ok":
            reply = [(names[0], True) for names, needed in given
                     if needed and names[0] in IDS][:1]
        out.append([code(name), shape(given, wording, name),
                    f"{code(answer)} {shape(reply, wording, name)}",
                    description(verb, wording, name)])
    return {"requests": out,
            "pushes": event_rows(sources, wording, sources.event_names.get, "ws")}


# -- events ------------------------------------------------------------------


def acknowledgements(text, sources):
    """The shape of the acknowledgement of each reply that has one of its own."""
    body = find_body(text, r"std::string acknowledgement\(")
    out = {}
    optional = {(reply, "rejoinSecret") for reply in sources.reply_of.values()}
    for part in re.split(r"\bif \(", body)[1:]:
        found = re.search(r"reply::(\w+)>", part)
        if found:
            reply = found[1]
            out[reply] = []
        else: # a condition inside: what it adds is not always there
            inner, _, part = part.partition(";")
            if re.match(r"\w+->\w+\)", inner): # of the reply, not of the request
                optional.add((reply, *re.findall(r'"(\w+)"', inner)))
                out[reply] += sources.added_in(inner)
        part = part.split("return to_json")[0]
        out[reply] += [x for x in sources.added_in(part) if x not in out[reply]]
        if "add_rejoin_secret" in part:
            out[reply].append(("rejoinSecret", False))
    return {reply: [(name, (reply, name) not in optional) for name, _ in members]
            for reply, members in out.items()}


def events_tables(sources, wording):
    path = f"{FOLDER}/events/events.cpp"
    text = read(path)
    answers = acknowledgements(text, sources)
    constants = re.findall(r'string_view (\w+)_event = "([\w-]+)"', text)
    before = {"get_capabilities": "get_capabilities", "join": "join"}
    out = []
    for constant, name in constants:
        verb = before.get(constant)
        if not verb:
            raise NotFound(f"{path}: {constant}_event is new")
        answer = answers[sources.reply_of[verb]]
        out.append([code(name), None, shape(answer, wording, name),
                    description(verb, wording, name)])
    for row in rows(path, "methods", "method"):
        name = re.search(r'"([\w-]+)"', row)[1]
        decoder = re.search(r"read_\w+", row)[0]
        verb = sources.verb(decoder)
        reply = sources.reply_of[verb]
        answer = answers[reply] if reply in answers else sources.reply(reply)
        out.append([code(name), shape(sources.members(decoder), wording, name),
                    shape(answer, wording, name), description(verb, wording, name)])
    covered = re.findall(r"holds_alternative<event::(\w+)>",
                         find_body(text, r"static bool is_covered_by_list\("))
    pushes = [row for row, event in zip(
        event_rows(sources, wording, sources.event_names.get, "events"), sources.events)
        if event not in covered]
    own = re.findall(r'(?:event_packet|link\.emit)\("([\w-]+)"', text)
    return {"requests": out, "pushes": [[code(name), None, None] for name in own] + pushes}


# -- flow and rooms ----------------------------------------------------------


class Camel:
    """The tables of the dialects with events in camelCase."""

    def __init__(self, sources, wording):
        self._sources = sources
        self._wording = wording
        self._text = "".join(read(f"{FOLDER}/camel/{name}.cpp")
                             for name in ("camel_methods", "camel_data", "flow", "rooms"))

    def requests(self, file, array):
        path = f"{FOLDER}/camel/{file}.cpp"
        return [self._row(row, read(path)) for row in rows(path, array, "camel_method")]

    def _row(self, row, home):
        name = re.search(r'\.event = "([\w-]+)"', row)[1]
        decoder = re.search(r"\.read = (\w+)", row)
        role = re.search(r"role::(\w+)", row)
        verb = self._sources.verb(decoder[1], home) if decoder else {
            "capabilities": "get_capabilities", "opens_room": "create_room",
            "joins": "join", "leaves": "leave"}[role[1]]
        given = shape(self._sources.members(decoder[1], home), self._wording, name) \
            if decoder else None
        return [code(name), given, self._answer(row, name, verb),
                description(verb, self._wording, name)]

    def _answer(self, row, name, verb):
        encoder = re.search(r"\.acknowledge = (\w+)", row)
        if encoder:
            out = self._encoded(encoder[1], name)
        else: # bare_reply(): the first transport of a client also joins
            reply = self._sources.reply(self._sources.reply_of[verb])
            secret = [("rejoinSecret", False)] if "role::enters" in row else []
            out = shape(reply + secret, self._wording, name)
        event = re.search(r'\.answer_event = "(\w+)"', row)
        own = re.search(r"\.answer_encoder = (\w+)", row)
        if event:
            out += f"; without a callback the event {code(event[1])}, " \
                   f"{self._encoded(own[1], name)}"
        return out

    def _encoded(self, function, name):
        body = find_body(self._text, rf"std::string {function}\(const camel_replies&")
        if body is None:
            raise NotFound(f"no encoder {function}")
        if "return to_json(" in body:
            return code("string")
        if "encode(router, out" in body:
            names = re.search(r"for \(const auto name : \{(.*?)\}", body)[1]
            return code("RtpCapabilities") + ", again as " + ", ".join(
                code(x) for x in re.findall(r'"(\w+)"', names))
        found = self._sources.added_in(body)
        if "add_rejoin_secret" in body:
            found.append(("rejoinSecret", False))
        return shape(found, self._wording, name)

    def pushes(self):
        body = find_body(self._text, r"std::string common_push\(")
        special = dict(zip(re.findall(r"event::(\w+)>", body),
                           re.findall(r'"(\w+)"|peerLeft', body)))
        out = []
        for event in self._sources.events:
            kebab_name = self._sources.event_names[event]
            name = re.sub(r"-(\w)", lambda x: x[1].upper(), kebab_name)
            if event in ("peer_joined", "peer_updated"):
                name = event.replace("_j", "J").replace("_u", "U")
            data = shape(self._sources.event(event), self._wording, kebab_name)
            if event == "producer_added":
                data = self._aliased("aliased_producer")
            elif event == "data_producer_added":
                data = self._aliased("aliased_data_producer")
            elif event == "peer_left":
                name, data = "peerLeft", code("string")
            if event in special and f'"{name}"' not in body:
                raise NotFound(f"common_push() has not {name}")
            out.append([code(name), data, self._wording.push(kebab_name, "flow")])
        rooms = find_body(self._text, r"std::string rooms_push\(")
        out += [[code(name), None, None]
                for name in re.findall(r'event_packet\(\s*"(\w+)"', rooms)]
        own = re.findall(r'link\.emit\("(\w+)"', read(f"{FOLDER}/camel/camel.cpp"))
        return out + [[code(name), None, None] for name in own]

    def _aliased(self, function):
        return shape(self._sources.added(self._text, rf"json_object {function}\("),
                     self._wording, function)


def camel_tables(sources, wording):
    camel = Camel(sources, wording)
    return {"requests": camel.requests("camel_methods", "common_methods"),
            "data": camel.requests("camel_data", "data_methods"),
            "flow": camel.requests("flow", "flow_methods"),
            "rooms": camel.requests("rooms", "rooms_methods"),
            "pushes": camel.pushes()}


# -- protoo ------------------------------------------------------------------


def protoo_requests(sources, wording, encoder):
    path = f"{FOLDER}/protoo/protoo_methods.cpp"
    subjects = dict(re.findall(r'constexpr const char\* (\w+) = "(\w+)"', read(path)))
    out = []
    for row in rows(path, "methods", "(?:query|command|refused|protoo_method)"):
        name = re.search(r'"(\w+)"', row)[1]
        decoder = re.search(r"\bread_\w+", row)
        if not decoder:
            out.append([code(name), None, None, None])
            continue
        parts = [part.strip() for part in row.split(",")]
        subject = subjects.get(parts[2], parts[2].strip('"')) if len(parts) > 2 else ""
        given = [] if "read_stats_of" in row else sources.members(decoder[0])
        given = [(names, needed or subject in names) for names, needed in given]
        if subject and not any(subject in names for names, _ in given):
            given.insert(0, ((subject,), True))
        verb = "get_stats" if "read_stats_of" in row else sources.verb(decoder[0])
        head = rf"operator\(\)\(const reply::{sources.reply_of[verb]}& \w+\)"
        body = find_body(encoder, head) or ""
        answer = [(x, True) for x in re.findall(r'encode_wrapped\([^"]*"(\w+)"', body)] \
            or sources.added_in(body)
        if "add_rejoin_secret" in body:
            answer.append(("rejoinSecret", False))
        user = f"protoo {name}"
        out.append([code(name), shape(given, wording, user), shape(answer, wording, user),
                    description(verb, wording, user)])
    return out


def protoo_tables(sources, wording):
    encoder = read(f"{FOLDER}/protoo/protoo_reply_encoder.cpp")
    version = find_body(encoder, r"protoo_notice version_notice\(")
    notices = re.findall(r'"(mediasoup-?\w+)"', version) + re.findall(
        r'protoo_notice\{\s*"([\w-]+)"', encoder)
    requests = re.findall(r'protoo_request\(offer\.id, "(\w+)"',
                          read(f"{FOLDER}/protoo/protoo.cpp"))
    return {"requests": protoo_requests(sources, wording, encoder),
            "offers": [[code(name), None, None] for name in requests],
            "pushes": [[code(name), None, None] for name in dict.fromkeys(notices)]}


# -- broadcaster -------------------------------------------------------------


def broadcaster_tables(_sources, _wording):
    path = f"{FOLDER}/broadcaster/broadcaster.cpp"
    out = [["`GET /rooms/ROOM`", None, None],
           ["`POST /rooms/ROOM/broadcasters`", None, None]]
    for row in rows(path, "methods", "http_method"):
        parts = re.findall(r'"(\w+)"|\b(any)\b', row[:row.index("}")])
        names = ["TID" if wild else text for text, wild in parts[1:]]
        out.append([code(f"{parts[0][0]} " + "/".join(["…/ID", *names])), None, None])
    return {"requests": out}


# -- whip --------------------------------------------------------------------


def whip_tables(_sources, _wording):
    """The documents of WHIP and WHEP are written by hand: the requests are those of the standard."""
    return {}


DIALECTS = {
    "docs/dialects/ws.md": ws_tables,
    "docs/dialects/events.md": events_tables,
    "docs/dialects/flow-and-rooms.md": camel_tables,
    "docs/dialects/protoo.md": protoo_tables,
    "docs/dialects/broadcaster.md": broadcaster_tables,
    "docs/dialects/whip.md": whip_tables,
    "docs/dialects/whep.md": whip_tables,
}
