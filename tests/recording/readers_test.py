#!/usr/bin/env python3
"""What many slow readers of a large recording cost: a real server, over
loopback.

    readers_test.py TROUPE
"""

import http.client
import json
import os
import pathlib
import shutil
import socket
import sys
import tempfile
import time
import unittest

from server import LOOPBACK, TOKEN, Server

READERS = 100
SIZE = 2 << 30
MOST_GROWTH = 50 << 20
# Octets that a reader takes each time: little of a second of video.
SIP = 8 << 10
SIPS = 20
INTERVAL = 0.25
ID = "abc"
FILE = "ann-camera-1.webm"
PATH = f"/api/v1/recordings/{ID}/files/{FILE}"

TROUPE = ""


def write_recording(recordings):
    """A finished recording, whose file takes no room on the disk."""
    folder = recordings / "hall" / f"20261124T231500Z-{ID}"
    folder.mkdir(parents=True)
    with open(folder / FILE, "wb") as out:
        out.write(b"begin")
        out.truncate(SIZE)
    part = {"file": FILE, "peerId": "ann", "source": "camera",
            "audio": "opus", "video": "vp8", "size": SIZE,
            "startOffsetMs": 0, "durationMs": 3_600_000, "pauses": [],
            "gaps": [], "degraded": False}
    (folder / "manifest.json").write_text(json.dumps({
        "version": 1, "id": ID, "room": "hall",
        "title": "A long one", "by": None,
        "startedAt": "2026-11-24T23:15:00.000Z", "durationMs": 3_600_000,
        "state": "finished", "reason": "stopped", "members": [],
        "parts": [part], "timeline": []}))


def memory_of(process, what):
    """The octets in memory: now (VmRSS), or the most since the last reset
    (VmHWM)."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        told = dict(x.split(":", 1) for x in status)
    return int(told[what].split()[0]) * 1024


def reset_most(process):
    with open(f"/proc/{process.pid}/clear_refs", "w", encoding="ascii") as out:
        out.write("5")


def request(port):
    """Asks for the whole file, with little room for what comes."""
    out = socket.socket()
    out.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    out.settimeout(10)
    out.connect((LOOPBACK, port))
    out.sendall(f"GET {PATH} HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\n"
                f"Authorization: Bearer {TOKEN}\r\n\r\n".encode())
    return out


def read_exactly(stream, size):
    out = b""
    while len(out) < size:
        more = stream.recv(size - len(out))
        if not more:
            raise AssertionError(f"closed after {len(out)} octets")
        out += more
    return out


class SlowReaders(unittest.TestCase):
    def setUp(self):
        folder = tempfile.mkdtemp(prefix="troupe-readers-")
        self.addCleanup(shutil.rmtree, folder)
        write_recording(pathlib.Path(folder) / "recordings")
        self.server = Server(TROUPE, folder)
        self.addCleanup(self.server.end)

    def read_last_octet(self):
        """As a reader that is not slow."""
        connection = http.client.HTTPConnection(LOOPBACK, self.server.http_port,
                                                timeout=10)
        connection.request("GET", PATH, headers={
            "Authorization": f"Bearer {TOKEN}", "Range": "bytes=-1"})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 206)
        self.assertEqual(answer.getheader("Content-Range"),
                         f"bytes {SIZE - 1}-{SIZE - 1}/{SIZE}")
        self.assertEqual(answer.read(), b"\0")
        connection.close()

    def test_a_hundred_slow_readers_of_two_gigabytes_cost_50_mb(self):
        self.read_last_octet()  # what the first download needs is there
        reset_most(self.server.process)
        before = memory_of(self.server.process, "VmRSS")
        readers = [request(self.server.http_port) for _ in range(READERS)]
        for x in readers:
            self.addCleanup(x.close)
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += read_exactly(x, 1)
            self.assertTrue(head.startswith(b"HTTP/1.1 200 "), head)
            self.assertIn(f"content-length: {SIZE}\r\n".encode(), head.lower())
            self.assertEqual(read_exactly(x, 6), b"begin\0")
        for _ in range(SIPS):
            for x in readers:
                self.assertEqual(len(read_exactly(x, SIP)), SIP)
            time.sleep(INTERVAL)
        growth = memory_of(self.server.process, "VmHWM") - before
        print(f"  {READERS} readers cost {growth / 2**20:.1f} MB", flush=True)
        self.assertLess(growth, MOST_GROWTH)
        self.read_last_octet()


if __name__ == "__main__":
    TROUPE = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1])
