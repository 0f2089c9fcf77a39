#!/usr/bin/env python3
"""Clusters of this version and of another one, as during an upgrade.

    skew_test.py BINARY OTHER_BINARY [NAME...]

OTHER_BINARY is the server of the other version, such as scripts/build_other
makes it. NAME selects tests, as in unittest (-k). All of it is skipped if the
other version knows no clusters.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from node import Node, make_certificates, wait_for

BINARY = ""
OTHER = ""
LINK_WITHIN = 5.0
# A node tells the others of a member within 20 ms; this is for slow machines.
TOLD_WITHIN = 3.0


def knows_clusters(binary):
    told = subprocess.run([binary, "--help"], check=False, capture_output=True,
                          text=True)
    return "--cluster.name" in told.stdout


class Skew(unittest.TestCase):
    def setUp(self):
        if not knows_clusters(OTHER):
            self.skipTest("the other version knows no clusters")
        self.folder = tempfile.mkdtemp(prefix="troupe-skew-")
        self.addCleanup(shutil.rmtree, self.folder)
        make_certificates(self.folder, "a", "b", "c")

    def start(self, name, binary, others=()):
        out = Node(binary, self.folder, name, seeds=[x.seed for x in others])
        self.addCleanup(out.end)
        return out

    def start_all(self, **binaries):
        nodes = []
        for name, binary in binaries.items():
            nodes.append(self.start(name, binary, nodes))
        self.await_union(nodes)
        return nodes

    def await_union(self, nodes):
        names = {x.name for x in nodes}
        took = wait_for(f"all of {names} to be connected",
                        lambda: all(x.connected() >= names for x in nodes),
                        LINK_WITHIN)[1]
        print(f"  all are connected after {took * 1000:.0f} ms", flush=True)

    def join(self, node, user):
        body = json.dumps({"id": user, "displayName": user,
                           "device": {"name": "skew"}})
        status, answer = node.request("POST", "/rooms/hall/broadcasters", body)
        self.assertEqual(status, 200, f"{node.name}: {answer}")

    def members(self, node):
        status, body = node.request("GET", "/api/v1/rooms/hall/peers")
        if status != 200:
            return None
        return sorted(x["id"] for x in json.loads(body)["peers"])

    def await_members(self, nodes, *users):
        for node in nodes:
            wait_for(f"{node.name} to list {users}", lambda n=node:
                     self.members(n) == sorted(users), TOLD_WITHIN)

    def check_peace(self, nodes):
        """No version sends another one what that does not understand."""
        for node in nodes:
            report = node.report()
            for figure in ("violations", "quarantined", "unknownMessages",
                           "died"):
                self.assertEqual(report[figure], 0, f"{node.name}: {figure}")

    def test_a_room_spans_both_versions(self):
        for first, second in ((BINARY, OTHER), (OTHER, BINARY)):
            nodes = self.start_all(a=first, b=second, c=first)
            for node in nodes:
                self.join(node, f"user-{node.name}")
            self.await_members(nodes, "user-a", "user-b", "user-c")
            a, b, c = nodes
            status, _ = b.request("DELETE", "/rooms/hall/broadcasters/user-b")
            self.assertEqual(status, 200)
            self.await_members((a, c), "user-a", "user-c")
            status, answer = a.request("POST", "/api/v1/rooms/hall/lock")
            self.assertIn(status, (200, 204), answer)
            wait_for("the lock to hold on the other version", lambda: json.loads(
                c.request("GET", "/api/v1/rooms/hall")[1])["locked"], TOLD_WITHIN)
            self.check_peace(nodes)
            for node in nodes:
                node.end()

    def test_an_upgrade_node_by_node_and_back(self):
        for old, new in ((OTHER, BINARY), (BINARY, OTHER)):
            nodes = self.start_all(a=old, b=old, c=old)
            for at, name in enumerate("abc"):
                others = [x for x in nodes if x.name != name]
                self.join(others[0], f"before-{name}")
                nodes[at].end()
                nodes[at] = self.start(name, new, others)
                self.await_union(nodes)
                self.join(nodes[at], f"after-{name}")
                wait_for("the room to span both versions", lambda o=others[0], n=name:
                         f"after-{n}" in (self.members(o) or []), TOLD_WITHIN)
            for node in nodes:
                self.assertEqual(node.report()["violations"], 0)
                node.end()


def main():
    global BINARY, OTHER
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    BINARY, OTHER = (os.path.abspath(x) for x in sys.argv[1:3])
    arguments = [sys.argv[0], "-v"]
    for name in sys.argv[3:]:
        arguments += ["-k", name]
    unittest.main(argv=arguments)


if __name__ == "__main__":
    main()
