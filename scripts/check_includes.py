#!/usr/bin/env python3
"""Checks who includes whom: the layers of docs/architecture.md.

Prints each include that breaks a rule; exits with 1 where there is one.
"""

import re
import subprocess
import sys

# A folder may include the prefixes listed for the first rule that matches it.
# Standard headers and a file's own folder are always allowed.
PROJECT_RULES = [
    ("net/base/", ["net/base/"]),
    ("net/auth/", ["net/base/", "net/auth/"]),
    ("net/ice/", ["net/base/", "net/ice/"]),
    ("net/dtls/", ["net/base/", "net/dtls/", "net/srtp/"]),
    ("net/srtp/", ["net/base/", "net/srtp/"]),
    ("net/sctp/", ["net/base/", "net/sctp/"]),
    ("net/io/", ["net/", "protocol/engineio/engineio"]),
    ("net/", ["net/base/", "net/"]),
    ("rtp/", ["net/base/", "rtp/"]),
    ("protocol/", ["net/base/", "protocol/"]),
    ("actors/", ["net/", "rtp/", "protocol/", "actors/"]),
]

# A folder of net/ may not include the folders above it.
FORBIDDEN = [
    (r"^net/(base|auth|ice|dtls|srtp|sctp)/", r"^net/(io/|webrtc_transport)"),
    (r"^net/[^/]+$", r"^net/io/"),
    (r"^net/ice/", r"^net/(dtls|srtp|sctp)/"),
]

# The folders that may include a library, by its header's name.
LIBRARIES = [
    (r"^caf/", r"^(actors|tests|bench)/"),
    (r"^boost/(asio|beast)", r"^(net/io|tests/net/io|tests/bench|bench)/"),
    (r"^openssl/", r"^(net/auth/|net/dtls/|net/srtp/|net/ice/stun_message|net/io/http/tls_context|net/io/http/http_server|tests/|bench/)"),
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


def library_error(path, header):
    for library, users in LIBRARIES:
        if re.search(library, header) and not re.search(users, path):
            return f"only {users} may"
    return None


def main():
    files = subprocess.run(["git", "ls-files", "*.hpp", "*.cpp"],
                           capture_output=True, text=True, check=True)
    errors = 0
    for path in files.stdout.split():
        with open(path, encoding="utf-8") as source:
            for number, line in enumerate(source, 1):
                found = INCLUDE.match(line)
                if not found:
                    continue
                check = project_error if found[1] == '"' else library_error
                error = check(path, found[2])
                if error:
                    print(f"{path}:{number}: {found[2]}: {error}")
                    errors += 1
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
