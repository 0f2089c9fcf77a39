#!/usr/bin/env python3
"""scripts/cluster as a user runs it: nodes, HAProxy and the page.

    script_test.py BINARY [NAME...]

BINARY is the server. NAME selects tests, as in unittest (-k). Needs HAProxy, and
the page (web/dist).
"""

import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

from node import LOOPBACK, ROOT, wait_for

BINARY = ""
NODES = 3
# The ports after PORT that the script takes.
PORTS = 60
STARTED_WITHIN = 20
ENDED_WITHIN = 8
# HAProxy asks each node every 500 ms, and believes the second answer.
NOTICED_WITHIN = 3


def is_free(port):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                return False
    return True


def free_range():
    """A port with free ports after it, below those that the system gives away."""
    for _ in range(100):
        port = random.randrange(10_000, 30_000)
        if all(is_free(x) for x in range(port, port + PORTS + 1)):
            return port
    raise AssertionError("no free ports")


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class RunningScript:
    """scripts/cluster --port PORT, once all of it has started."""

    def __init__(self, port):
        self.port = port
        self.folder = os.path.join(ROOT, f"build/cluster-{port}")
        made, self.output = tempfile.mkstemp(prefix="troupe-cluster-script-")
        os.close(made)
        # In a session of its own, as a terminal has it: Ctrl-C reaches all.
        with open(self.output, "wb") as out:
            self.process = subprocess.Popen(
                [os.path.join(ROOT, "scripts/cluster"), "--port", str(port),
                 str(NODES)], stdout=out, stderr=subprocess.STDOUT,
                env={**os.environ, "TROUPE_BINARY": BINARY},
                start_new_session=True)

    def text(self):
        with open(self.output, encoding="utf-8") as out:
            return out.read()

    def await_start(self):
        wait_for("the script to say how it ends", lambda: self.process.poll()
                 is not None or "Ctrl-C ends" in self.text(), STARTED_WITHIN)
        if self.process.poll() is not None:
            raise AssertionError(self.text())
        return self

    def pids(self):
        """By name, as the script prints them."""
        return {name: int(pid) for name, pid in
                re.findall(r"^(node\d+|haproxy) +(\d+)", self.text(), re.MULTILINE)}

    def interrupt(self, number):
        """Ends it as a terminal (SIGINT) or another program does."""
        if number == signal.SIGINT:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        return self.process.wait(ENDED_WITHIN)

    def clean(self):
        try:
            # Its parts stay in its group, also once it has ended itself.
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait(ENDED_WITHIN)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.remove(self.output)

    def get(self, path, port=None, token=None):
        """Returns status, headers and body. Without a port, by HAProxy."""
        connection = http.client.HTTPConnection(LOOPBACK, port or self.port,
                                                timeout=5)
        try:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode(
                "utf-8", "replace")
        finally:
            connection.close()

    def ask(self, number, path):
        """What a node's admin API says; None if it refuses."""
        with open(os.path.join(self.folder, "admin.token"),
                  encoding="utf-8") as token:
            status, _, body = self.get("/api/v1" + path, self.port + number,
                                       token.read().strip())
        return json.loads(body) if status == 200 else None

    def join(self, user, room, port=None):
        """Joins over a WebSocket. The member stays until the socket is closed."""
        out = socket.create_connection((LOOPBACK, port or self.port), 5)
        out.sendall((f"GET /socket?auth={user}&channelId={room} HTTP/1.1\r\n"
                     "Host: localhost\r\nConnection: Upgrade\r\n"
                     "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                    .encode())
        answer = out.recv(4096)
        if not answer.startswith(b"HTTP/1.1 101 "):
            raise AssertionError(answer)
        return out

    def members(self, number, room):
        """The nodes of the members, as a node sees them. It names only others."""
        answer = self.ask(number, f"/rooms/{room}/peers")
        return None if answer is None else sorted(
            x.get("node", f"node{number}") for x in answer["peers"])


class Script(unittest.TestCase):
    def setUp(self):
        if not shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin"):
            self.skipTest("needs HAProxy")
        if not os.path.exists(os.path.join(ROOT, "web/dist/index.html")):
            self.skipTest("needs the page: scripts/build.sh")
        self.port = free_range()

    def start(self):
        out = RunningScript(self.port)
        self.addCleanup(out.clean)
        return out

    def check_ended(self, pids):
        for name, pid in pids.items():
            self.assertFalse(is_alive(pid), f"{name} still runs")
        wait_for("the ports to be free", lambda: all(
            is_free(x) for x in range(self.port, self.port + PORTS + 1)), 5)

    def keep(self, member):
        self.addCleanup(member.close)
        return member

    def test_the_page_and_one_room_on_three_nodes(self):
        script = self.start().await_start()
        pids = script.pids()
        self.assertEqual(sorted(pids), ["haproxy", "node1", "node2", "node3"])
        self.check_page(script)
        # Clients that name no room take turns.
        turns = {script.get("/")[1]["Set-Cookie"].split(";")[0]
                 for _ in range(NODES)}
        self.assertEqual(len(turns), NODES)
        self.check_rooms(script)
        self.check_failure(script, pids)
        self.assertEqual(script.interrupt(signal.SIGINT), 0, script.text())
        self.check_ended(pids)

    def check_page(self, script):
        status, _, page = script.get("/")
        self.assertEqual(status, 200)
        self.assertIn("<title>Troupe</title>", page)
        for asset in re.findall(r'(?:src|href)="(assets/[^"]+)"', page):
            self.assertEqual(script.get("/" + asset)[0], 200, asset)
        for path in ("/metrics", "/api/v1/rooms"):
            self.assertEqual(script.get(path)[0], 403, path)

    def check_rooms(self, script):
        for i in range(NODES):
            self.keep(script.join(f"ann{i}", "hall", script.port + 1 + i))
        for i in range(NODES):
            wait_for(f"node{i + 1} to see the members of all nodes",
                     lambda n=i + 1: script.members(n, "hall")
                     == ["node1", "node2", "node3"], 5)
        # The balancer sends those of one room to one node.
        for i in range(NODES):
            self.keep(script.join(f"bob{i}", "den"))
        homes = [n for n in range(1, NODES + 1) if script.members(n, "den")]
        self.assertEqual(len(homes), 1)
        self.assertEqual(len(script.members(homes[0], "den")), 3)

    def check_failure(self, script, pids):
        os.kill(pids["node2"], signal.SIGKILL)
        wait_for("the script to tell of it", lambda:
                 f"node2 (pid {pids['node2']}) has ended" in script.text(), 2)
        wait_for("node1 to know it", lambda: {
            x["name"]: x["state"] for x in script.ask(1, "/cluster")["nodes"]
        }["node2"] == "dead", 3)
        # Every room has a node at once: HAProxy tries another.
        for i in range(8):
            self.keep(script.join("cyn", f"room{i}"))
        self.assertEqual(script.get("/")[0], 200)

    def test_it_runs_again_at_once(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            script = self.start().await_start()
            pids = script.pids()
            self.assertEqual(script.interrupt(number), 0, script.text())
            self.check_ended(pids)

    def test_its_parts_end_with_it_whatever_ends_it(self):
        script = self.start().await_start()
        pids = script.pids()
        script.process.kill()
        wait_for("all processes to end", lambda: not any(
            is_alive(x) for x in pids.values()), ENDED_WITHIN)

    def test_it_does_not_start_where_another_one_runs(self):
        script = self.start().await_start()
        second = RunningScript(self.port)
        self.addCleanup(second.clean)
        self.assertNotEqual(second.process.wait(STARTED_WITHIN), 0)
        self.assertIn("runs already", second.text())
        self.assertEqual(script.get("/")[0], 200)
        self.assertEqual(script.interrupt(signal.SIGINT), 0)

    def test_it_says_which_port_is_taken_and_leaves_nothing(self):
        for taken in (self.port, self.port + 2):
            with socket.socket() as other:
                other.bind((LOOPBACK, taken))
                other.listen()
                script = self.start()
                self.assertNotEqual(script.process.wait(STARTED_WITHIN), 0)
            self.assertIn(str(taken), script.text())
            self.check_ended({})


def main():
    global BINARY
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    BINARY = os.path.abspath(sys.argv[1])
    arguments = [sys.argv[0], "-v"]
    for name in sys.argv[2:]:
        arguments += ["-k", name]
    unittest.main(argv=arguments)


if __name__ == "__main__":
    main()
