#!/usr/bin/env python3
"""Links and membership of clusters of real processes, with the times they take.

    nodes_test.py BINARY [nightly] [NAME...]

BINARY is the server. "nightly" adds what takes long. NAME selects tests, as in
unittest (-k). What this host does not permit is skipped, with the reason.
"""

import os
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import time

import cluster_test
import network
from cluster_test import (BACK_WITHIN, DEAD_WITHIN, GONE_WITHIN, LINK_WITHIN,
                          figure)
from node import LOOPBACK, make_certificates, wait_for

# A connection has five seconds for TLS and the preface.
SILENT_WITHIN = 6.0


def letters(text):
    """The reasons of refusals, however the words are joined."""
    return re.sub("[^a-z]", "", text.lower())


class Membership(cluster_test.ClusterTest):
    def test_three_nodes_form_a_cluster(self):
        nodes = self.start_three()
        for node in nodes:
            report = node.report()
            self.assertEqual(report["cluster"], "drill")
            self.assertEqual(report["nodes"][0]["name"], node.name)
            self.assertEqual(len(report["nodes"]), 3)
            incarnations = {x["incarnation"] for x in report["nodes"]}
            self.assertEqual(len(incarnations), 3)
            self.assertEqual(report["violations"], 0)
        wait_for("a round-trip time of each link", lambda: all(
            x["rttMs"] > 0 for x in nodes[0].report()["nodes"][1:]), 3)
        self.assertEqual(
            nodes[0].metric("troupe_cluster_nodes", state="connected"),
            len(nodes) - 1) # the others

    def test_a_killed_node_is_dead_at_once(self):
        a, b, c = self.start_three()
        begin = time.monotonic()
        c.kill()
        # Its port refuses connections, so nobody waits for cluster.timeout.
        for seer in (a, b):
            self.await_state(seer, "c", ("dead",), GONE_WITHIN)
        figure("a killed node is dead after", time.monotonic() - begin)
        self.assertEqual(a.state_of("b"), "connected")
        self.assertGreaterEqual(a.report()["died"], 1)

    def test_a_frozen_node_is_dead_and_returns(self):
        a, b, c = self.start_three()
        before = a.view("c")["incarnation"]
        begin = time.monotonic()
        c.send(signal.SIGSTOP)
        for seer in (a, b):
            self.await_state(seer, "c", ("dead",), DEAD_WITHIN)
        figure("a frozen node is dead after", time.monotonic() - begin)
        while time.monotonic() - begin < 10:
            self.assertEqual(a.state_of("c"), "dead")
            self.assertEqual(a.state_of("b"), "connected")
            time.sleep(0.2)
        c.send(signal.SIGCONT)
        figure("it is connected again after",
               self.await_union([a, b, c], BACK_WITHIN))
        self.assertEqual(a.view("c")["incarnation"], before)

    def test_a_node_that_restarts_has_another_incarnation(self):
        a, b, c = self.start_three()
        before = a.view("c")["incarnation"]
        c.kill()
        begin = time.monotonic()
        c = self.start("c", [a, b])
        self.await_union([a, b, c], LINK_WITHIN)
        figure("a node with a new process is connected after",
               time.monotonic() - begin)
        for seer in (a, b):
            self.assertNotEqual(seer.view("c")["incarnation"], before)
            self.assertEqual(
                [x["name"] for x in seer.report()["nodes"]].count("c"), 1)

    def test_others_see_that_a_node_drains(self):
        a, b, c = self.start_three()
        member = c.add_member()
        c.send(signal.SIGUSR1)
        for seer in (a, b):
            _, took = wait_for(f"{seer.name} to see c drain",
                               lambda s=seer: s.view("c")["draining"], 2)
            figure(f"{seer.name} knows that c drains after", took)
        self.assertEqual(a.state_of("c"), "connected")
        self.assertEqual(c.request("GET", "/readyz")[0], 503)
        self.assertFalse(a.view("b")["draining"])
        c.request("DELETE", member)
        self.assertEqual(c.process.wait(10), 0)
        figure("the drained node is dead after",
               self.await_state(a, "c", ("dead", None), 1.0))

    def test_a_rolling_restart_keeps_the_cluster(self):
        nodes = self.start_three()
        for i, name in enumerate("abc"):
            others = [x for x in nodes if x.name != name]
            nodes[i].send(signal.SIGUSR1) # it has no members, so it ends
            self.assertEqual(nodes[i].process.wait(10), 0)
            self.assertIn(others[1].name, others[0].connected())
            nodes[i] = self.start(name, others)
            figure(f"{name} has been replaced after",
                   self.await_union(nodes, LINK_WITHIN))
        for node in nodes:
            self.assertEqual(len(node.report()["nodes"]), 3)


class Refusals(cluster_test.ClusterTest):
    def refused(self, node, reason):
        counts = node.report()["links"]["refused"]
        return sum(v for k, v in counts.items() if letters(k) == letters(reason))

    def check_refused(self, a, stranger, reason):
        wait_for(f"a refusal: {reason}", lambda: self.refused(a, reason) > 0,
                 LINK_WITHIN)
        self.assertNotIn(stranger.name, a.connected())
        self.assertNotIn("a", stranger.connected())
        self.assertGreater(a.metric("troupe_cluster_refused_total"), 0)

    def test_a_node_of_another_ca_is_refused(self):
        foreign = os.path.join(self.folder, "foreign")
        make_certificates(foreign, "d")
        a = self.start("a")
        d = self.start("d", [a], certificates=foreign)
        self.check_refused(a, d, "tls")

    def test_a_node_does_not_start_with_a_certificate_of_another(self):
        a = self.start("a")
        with self.assertRaisesRegex(AssertionError, 'do not contain "d"'):
            self.start("d", [a], certificate="b")

    def test_a_node_of_another_cluster_is_refused(self):
        a = self.start("a")
        d = self.start("d", [a], cluster="other")
        self.check_refused(a, d, "other_cluster")


def preface_of(node):
    """A node's preface (net/cluster/preface.hpp)."""
    def text(x):
        return struct.pack("!B", len(x)) + x.encode()

    address = struct.pack("!B4sH", 4, socket.inet_aton(LOOPBACK), 9)
    rest = (text("drill") + text(node) + struct.pack("!QHH", 1, 1, 1)
            + 2 * address + struct.pack("!Q", 0))
    return b"TRPC" + struct.pack("!HH", 1, len(rest)) + rest


class Attacks(cluster_test.ClusterTest):
    """What strangers and nodes with a valid certificate can cost."""

    # Octets of resident memory.
    LIMIT = 1024 * 1024

    def resident(self, node):
        with open(f"/proc/{node.pid}/status", encoding="utf-8") as status:
            return 1024 * int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])

    def check_growth(self, node, before):
        growth = self.resident(node) - before
        print(f"  resident memory grew by {growth // 1024} KB", flush=True)
        self.assertLessEqual(growth, self.LIMIT)

    def connect(self, node):
        out = socket.create_connection((LOOPBACK, node.cluster_port), 5)
        self.addCleanup(out.close)
        return out

    def identify(self, node, name):
        """A connection with the certificate of `name`, after its preface."""
        identity = os.path.join(self.folder, name)
        context = ssl.create_default_context(
            cafile=os.path.join(self.folder, "ca.pem"))
        context.check_hostname = False
        context.load_cert_chain(f"{identity}.pem", f"{identity}.key")
        out = context.wrap_socket(self.connect(node))
        self.addCleanup(out.close)
        out.sendall(preface_of(name))
        return out

    def await_end(self, connections, within):
        def ended():
            for x in list(waiting):
                try:
                    if not x.recv(4096):
                        waiting.remove(x)
                except (BlockingIOError, ssl.SSLWantReadError):
                    pass
                except OSError:
                    waiting.remove(x)
            return not waiting

        waiting = set(connections)
        for x in connections:
            x.setblocking(False)
        return wait_for("all connections to be closed", ended, within)[1]

    def test_a_thousand_silent_connections_cost_little(self):
        a = self.start("a")
        self.await_end([self.connect(a)], SILENT_WITHIN) # what is made once
        before = self.resident(a)
        silent = [self.connect(a) for _ in range(1000)]
        self.check_growth(a, before)
        figure("all are closed after", self.await_end(silent, SILENT_WITHIN))
        self.check_growth(a, before)
        b = self.start("b", [a])
        self.await_union([a, b], LINK_WITHIN)

    def test_a_frame_of_absurd_length_costs_a_node_its_link(self):
        a = self.start("a")
        b = self.start("b", [a])
        self.await_union([a, b], LINK_WITHIN)
        before = self.resident(a)
        # Its verdict, and the header of a frame with 4 GB of payload.
        d = self.identify(a, "d")
        d.sendall(b"\0" + bytes([1, 0, 0, 0]) + b"\xff" * 4 + bytes(24))
        figure("the link is closed after", self.await_end([d], 5.0))
        wait_for("the refusal to be counted",
                 lambda: a.report()["links"]["refused"].get("gate"), 1)
        self.check_growth(a, before)
        self.assertEqual(a.state_of("b"), "connected")


class Hosts(cluster_test.ClusterTest):
    def test_processes_with_pid_1_form_a_cluster(self):
        launcher = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
        if not shutil.which("unshare") or subprocess.run(
                [*launcher, "true"], check=False, capture_output=True).returncode:
            self.skipTest("this host permits no PID namespaces")
        nodes = self.start_three(lambda name: {"launcher": launcher})
        for node in nodes:
            with open(f"/proc/{node.pid}/status", encoding="utf-8") as status:
                numbers = re.search(r"^NSpid:\s+(.*)$", status.read(), re.MULTILINE)
            self.assertEqual(numbers[1].split()[-1], "1")
        nodes[2].kill()
        self.await_state(nodes[0], "c", ("dead",), DEAD_WITHIN)

    def start_hosts(self):
        if not network.permitted():
            self.skipTest("this host permits no network namespaces")
        hosts = network.Network(3)
        self.addCleanup(hosts.close)
        number = {"a": 1, "b": 2, "c": 3}
        nodes = self.start_three(lambda name: {
            "address": hosts.address(number[name]),
            "launcher": hosts.launcher(number[name]),
            "open_socket": hosts.connector(number[name])})
        return hosts, nodes

    def test_a_pulled_cable_leaves_two_sides_that_find_each_other(self):
        hosts, (a, b, c) = self.start_hosts()
        begin = time.monotonic()
        hosts.pull_cable(3)
        for seer, lost in ((a, "c"), (b, "c"), (c, "a"), (c, "b")):
            self.await_state(seer, lost, ("dead",), DEAD_WITHIN)
        took = time.monotonic() - begin
        figure("both sides know it after", took)
        self.assertLess(took, DEAD_WITHIN + 0.2)
        self.assertEqual(a.state_of("b"), "connected")
        time.sleep(4) # dials fail meanwhile
        hosts.plug_cable(3)
        figure("with the cable back all are connected after",
               self.await_union([a, b, c], BACK_WITHIN))

    def test_two_nodes_may_lose_each_other_while_a_third_sees_both(self):
        hosts, (a, b, c) = self.start_hosts()
        hosts.cut(1, 2)
        self.await_state(a, "b", ("dead",), DEAD_WITHIN)
        self.await_state(b, "a", ("dead",), DEAD_WITHIN)
        self.assertEqual(c.connected(), {"a", "b", "c"})
        self.assertEqual(a.state_of("c"), "connected")
        hosts.mend(1, 2)
        figure("the mended pair is connected after",
               self.await_union([a, b, c], BACK_WITHIN))


class Load(cluster_test.ClusterTest):
    def test_busy_cores_kill_no_node(self):
        if not cluster_test.nightly():
            self.skipTest("a minute of load: in nightly only")
        nodes = self.start_three()
        burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"])
                   for _ in range(os.cpu_count() or 1)]
        try:
            end = time.monotonic() + 60
            while time.monotonic() < end:
                for node in nodes:
                    self.assertEqual(node.connected(), {"a", "b", "c"})
                time.sleep(0.5)
        finally:
            for burner in burners:
                burner.kill()
                burner.wait()
        for node in nodes:
            self.assertEqual(node.report()["died"], 0)


if __name__ == "__main__":
    cluster_test.main(__doc__)
