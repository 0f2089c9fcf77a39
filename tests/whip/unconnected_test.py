#!/usr/bin/env python3
"""A thousand publishers by WHIP that never send a packet: what they cost a server.

    unconnected_test.py BINARY [NAME...]

BINARY is the server. NAME selects tests, as in unittest (-k).
"""

import hashlib
import hmac
import http.client
import os
import re
import socket
import struct
import sys
import tempfile
import time
import unittest
import zlib

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             "..", "support"))

from server_process import LOOPBACK, ServerProcess, wait_for

BINARY = ""
# The most clients by HTTP that a server has (docs/whip.md).
CLIENTS = 1000
ROOMS = 50
GONE_WITHIN = 30.0
# Octets of resident memory that a second thousand may add to the first.
GROWTH = 4 * 1024 * 1024
FREED = ("rooms", "sessions", "peers", "producers", "transports")

OFFER = """v=0
o=- 1 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=ice-ufrag:abcd
a=ice-pwd:0123456789abcdefghijklmn
a=fingerprint:sha-256 """ + ":".join(["11"] * 32) + """
a=setup:actpass
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=mid:0
a=sendonly
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=ssrc:1111 cname:me
m=video 9 UDP/TLS/RTP/SAVPF 96 97
c=IN IP4 0.0.0.0
a=mid:1
a=sendonly
a=rtcp-mux
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 nack pli
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=ssrc-group:FID 2222 2223
a=ssrc:2222 cname:me
a=ssrc:2223 cname:me
""".replace("\n", "\r\n")


def after(text, prefix):
    return text.split(prefix, 1)[1].split("\r\n", 1)[0]


class Server(ServerProcess):
    def __init__(self, folder):
        self.connection = None
        super().__init__(BINARY, folder)
        self.connection = http.client.HTTPConnection(LOOPBACK, self.http_port, 10)

    def ask(self, method, path, body=None):
        """Returns the answer and its body."""
        headers = {"Content-Type": "application/sdp"} if body else {}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer, answer.read().decode()

    def gauges(self):
        """What exists now, summed over the labels."""
        out = dict.fromkeys((*FREED, "actors"), 0)
        for line in self.ask("GET", "/metrics")[1].splitlines():
            found = re.match(r"troupe_(\w+)[{ ]", line)
            if found and found[1] in out:
                out[found[1]] += int(float(line.rsplit(" ", 1)[1]))
        return out

    def resident(self):
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as status:
            return 1024 * int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])

    def end(self):
        super().end()
        if self.connection:
            self.connection.close()


class Session:
    """A publisher that has posted its offer."""

    def __init__(self, answer, body):
        self.at = time.monotonic()
        self.path = answer.getheader("Location")
        self.fragment = after(body, "a=ice-ufrag:")
        self.password = after(body, "a=ice-pwd:")
        self.port = int(after(body, "a=candidate:").split()[5])

    def check(self):
        """A STUN check (RFC 8445) with this session's credentials."""
        name = f"{self.fragment}:abcd".encode()
        out = struct.pack("!HHI12s", 1, 0, 0x2112A442, os.urandom(12))
        out += struct.pack("!HH", 6, len(name)) + name + bytes(-len(name) % 4)
        out += struct.pack("!HHI", 0x24, 4, 1)
        out += struct.pack("!HHQ", 0x802A, 8, 1)
        out = self._resized(out, 24)
        mac = hmac.new(self.password.encode(), out, hashlib.sha1).digest()
        out = self._resized(out + struct.pack("!HH", 8, 20) + mac, 8)
        return out + struct.pack("!HHI", 0x8028, 4,
                                 zlib.crc32(out) ^ 0x5354554E)

    @staticmethod
    def _resized(message, more):
        """With the length that it has once `more` octets have been added."""
        return (message[:2] + struct.pack("!H", len(message) - 20 + more)
                + message[4:])


def succeed(sessions):
    """How many of these sessions answer a check with success."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        for x in sessions:
            out.sendto(x.check(), (LOOPBACK, x.port))
        out.settimeout(0.5)
        count = 0
        try:
            while count < len(sessions):
                count += out.recv(2048)[:2] == b"\x01\x01"
        except TimeoutError:
            pass
        return count


class Unconnected(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="troupe-whip-")
        self.addCleanup(folder.cleanup)
        self.server = Server(folder.name)
        self.addCleanup(self.server.end)

    def post(self, number):
        return self.server.ask("POST", f"/whip/room-{number % ROOMS}", OFFER)

    def post_all(self):
        """Posts until the server is full. On a slow host the first ones have
        left by then, and others take their places."""
        sessions = []
        begin = time.monotonic()
        for number in range(2 * CLIENTS):
            answer, body = self.post(number)
            if answer.status != 201:
                break
            sessions.append(Session(answer, body))
        print(f"  {len(sessions)} have posted in "
              f"{time.monotonic() - begin:.1f} s", flush=True)
        self.assertEqual(answer.status, 503, body)
        self.assertEqual(answer.getheader("Retry-After"), "5")
        self.assertEqual(answer.getheader("Content-Type"),
                         "application/problem+json")
        self.assertGreaterEqual(len(sessions), CLIENTS)
        return sessions

    def await_end(self, sessions):
        """Waits until none is left. None may stay for too long."""
        while True:
            now = time.monotonic()
            left = self.server.gauges()["sessions"]
            self.assertLessEqual(
                left, sum(now - x.at <= GONE_WITHIN for x in sessions))
            if left == 0:
                print(f"  the last one was gone after "
                      f"{now - sessions[-1].at:.1f} s", flush=True)
                return
            time.sleep(0.5)

    def test_a_thousand_that_never_connect_are_freed_within_30_s(self):
        empty = self.server.gauges()
        self.assertEqual([empty[x] for x in FREED], [0] * len(FREED))
        resident = []
        for _ in range(2):
            sessions = self.post_all()
            self.assertLessEqual(self.server.gauges()["transports"], CLIENTS)
            resident.append(self.server.resident())
            self.await_end(sessions)
            # Actors end a moment after their session.
            wait_for("all to be freed", lambda: self.server.gauges() == empty, 2)
            # The credentials of ICE are forgotten, too.
            self.assertEqual(succeed(sessions[::10]), 0)
            self.assertEqual(
                self.server.ask("DELETE", sessions[0].path)[0].status, 404)
        print(f"  resident memory with {CLIENTS}: " + ", then ".join(
            f"{x / 2**20:.0f} MB" for x in resident), flush=True)
        self.assertLessEqual(resident[1] - resident[0], GROWTH)
        # Such a check finds a session that exists.
        another = Session(*self.post(0))
        self.assertEqual(succeed([another]), 1)
        self.assertEqual(self.server.ask("DELETE", another.path)[0].status, 200)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    BINARY = os.path.abspath(sys.argv[1])
    arguments = [sys.argv[0], "-v"]
    for selected in sys.argv[2:]:
        arguments += ["-k", selected]
    unittest.main(argv=arguments)
