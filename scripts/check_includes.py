#!/usr/bin/env python3
"""Checks who includes whom: the layers of docs/architecture.md.

Prints each include that breaks a rule, each cycle of folders, and whether the
picture of the folders in the document is out of date; exits with 1 if there is
anything to print.

    check_includes.py           checks
    check_includes.py --graph   prints the picture
    check_includes.py --write   writes the picture into the document
"""

import os
import re
import subprocess
import sys

from folder_graph import draw, find_cycles, folder_edges, replace_picture

# A folder may include the prefixes listed for the first rule that matches it.
# Standard headers and a file's own folder are always allowed.
PROJECT_RULES = [
    ("net/base/", ["net/base/"]),
    ("net/auth/", ["net/base/", "net/auth/"]),
    ("net/cluster/", ["net/base/", "net/cluster/"]),
    ("net/engineio/", ["net/base/", "net/engineio/"]),
    ("net/ice/", ["net/base/", "net/ice/"]),
    ("net/dtls/", ["net/base/", "net/dtls/", "net/srtp/"]),
    ("net/srtp/", ["net/base/", "net/srtp/"]),
    ("net/sctp/", ["net/base/", "net/sctp/"]),
    ("net/io/cluster/",
     ["net/base/", "net/cluster/", "net/io/cluster/", "net/io/loop/",
      "net/io/process/"]),
    ("net/io/http_client/", ["net/base/", "net/io/http_client/"]),
    ("net/", ["net/"]),
    ("rtp/recording/",
     ["net/base/", "rtp/base/", "rtp/packet/", "rtp/codec/", "rtp/rtcp/",
      "rtp/recording/"]),
    ("rtp/", ["net/base/", "rtp/"]),
    ("protocol/", ["net/base/", "protocol/"]),
    ("actors/", ["net/", "rtp/", "protocol/", "actors/"]),
]

# A folder of net/ may not include the folders above it.
FORBIDDEN = [
    (r"^net/(base|auth|cluster|dtls|engineio|ice|sctp|srtp)/",
     r"^net/(io/|webrtc_transport)"),
    (r"^net/[^/]+$", r"^net/io/"),
    (r"^net/ice/", r"^net/(dtls|srtp|sctp)/"),
]

# The layers of actors/, from below. A folder may include the folders of the
# layers below its own; main.cpp may include all of them.
ACTOR_LAYERS = [
    ["config"],
    ["base"],
    ["replica", "stats"],
    ["io", "load", "speech", "webhooks"],
    ["cluster", "fan_out"],
    ["sctp"],
    ["media"],
    ["data"],
    ["transport"],
    ["trunk"],
    ["forward", "recording"],
    ["room"],
    ["peer"],
    ["session"],
    ["http"],
    ["node"],
]

DOCUMENT = "docs/architecture.md"

# The picture shows the server, not its tests and benchmarks.
PICTURED = ["actors", "protocol", "rtp", "net"]

# The folders that may include a library, by its header's name.
LIBRARIES = [
    (r"^caf/", r"^(actors|tests|bench)/"),
    (r"^boost/(asio|beast)", r"^(net/io|tests/net/io|tests/bench|bench)/"),
    (r"^openssl/", r"^(net/auth/|net/dtls/|net/srtp/|net/ice/stun_(message|query)|net/io/process/ice_server_probe|net/io/cluster/(cluster_tls|identity_facts|node_probe)|net/io/http/tls_context|net/io/http/http_server|tests/|bench/)"),
    (r"^curl/", r"^net/io/http_client/"),
    (r"^jwt\.h", r"^(net/auth|tests)/"),
    (r"^srtp2/", r"^(net/srtp|tests)/"),
    (r"^intel-ipsec-mb", r"^(net/srtp|tests)/"),
    (r"^usrsctp", r"^net/sctp/"),
    (r"^rapidjson/", r"^(protocol|tests|bench)/"),
    (r"^spdlog/", r"^actors/"),
    (r"^CLI/", r"^(actors|tests|bench)/"),
    (r"^(sys/socket|sys/epoll|netinet/|sys/uio|sys/mman|linux/)", r"^(net/io|tests|bench)/"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')


def project_error(path, header):
    for folder, allowed in PROJECT_RULES:
        if path.startswith(folder):
            if not any(header.startswith(prefix) for prefix in allowed):
                return f"{folder} may not include it"
            break
    for who, what in FORBIDDEN:
        if re.search(who, path) and re.search(what, header):
            return "it lies above"
    return None


def actor_layer(folder):
    """The number of the folder's layer; main.cpp is above all."""
    if folder == "actors":
        return len(ACTOR_LAYERS)
    for number, names in enumerate(ACTOR_LAYERS):
        if folder.removeprefix("actors/") in names:
            return number
    return None


def layer_error(path, header):
    folder, other = os.path.dirname(path), os.path.dirname(header)
    if not folder.startswith("actors") or folder == other:
        return None
    if actor_layer(folder) is None:
        return f"{folder} has no layer in {sys.argv[0]}"
    if not other.startswith("actors/") or actor_layer(other) is None:
        return None
    if actor_layer(other) < actor_layer(folder):
        return None
    return f"{folder} is not above {other}"


def library_error(path, header):
    for library, users in LIBRARIES:
        if re.search(library, header) and not re.search(users, path):
            return f"only {users} may"
    return None


def include_errors(includes):
    """Yields each include that breaks a rule."""
    for path, number, quote, header in includes:
        if quote == '"':
            error = project_error(path, header) or layer_error(path, header)
        else:
            error = library_error(path, header)
        if error:
            yield f"{path}:{number}: {header}: {error}"


def read_includes(paths):
    out = []
    for path in paths:
        with open(path, encoding="utf-8") as source:
            for number, line in enumerate(source, 1):
                found = INCLUDE.match(line)
                if found:
                    out.append((path, number, found[1], found[2]))
    return out


def main():
    files = subprocess.run(["git", "ls-files", "*.hpp", "*.cpp"],
                           capture_output=True, text=True, check=True)
    paths = [x for x in files.stdout.split() if os.path.exists(x)]
    includes = read_includes(paths)
    edges = folder_edges(paths, ((path, header) for path, _, quote, header
                                 in includes if quote == '"'))
    picture = draw(edges, PICTURED)
    if sys.argv[1:] == ["--graph"]:
        print(picture)
        return 0
    with open(DOCUMENT, encoding="utf-8") as source:
        before = source.read()
    after = replace_picture(before, picture)
    if sys.argv[1:] == ["--write"] and after is not None:
        with open(DOCUMENT, "w", encoding="utf-8") as target:
            target.write(after)
        return 0
    errors = list(include_errors(includes))
    errors += ["folders include each other: " + " -> ".join(x)
               for x in find_cycles(edges)]
    if after is None:
        errors.append(f"{DOCUMENT}: the markers of the picture are missing")
    elif after != before:
        errors.append(f"{DOCUMENT}: the picture of the folders is out of date: "
                      f"run {sys.argv[0]} --write")
    for error in errors:
        print(error)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
