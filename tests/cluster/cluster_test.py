"""What tests of clusters share: nodes that end with the test, and a main()."""

import os
import shutil
import sys
import tempfile
import unittest

from node import Node, make_certificates, wait_for

# Set by main().
BINARY = ""
NIGHTLY = False

# How long the nodes may take to link up: they dial each second.
LINK_WITHIN = 5.0
# The default of cluster.timeout is 2 s, of cluster.heartbeat 0.5 s.
GONE_WITHIN = 0.5
DEAD_WITHIN = 2.5
BACK_WITHIN = 3.0


def figure(what, seconds):
    print(f"  {what}: {seconds * 1000:.0f} ms", flush=True)


def nightly():
    return NIGHTLY


def beside_binary(name):
    """The path of another program of the same build."""
    return os.path.join(os.path.dirname(BINARY), name)


class ClusterTest(unittest.TestCase):
    """Starts nodes and ends them with the test."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="troupe-drill-")
        self.addCleanup(shutil.rmtree, self.folder)
        make_certificates(self.folder, "a", "b", "c", "d")

    def start(self, name, others=(), **settings):
        """Starts a node that dials the others. It is ended after the test."""
        settings.setdefault("seeds", [x.seed for x in others])
        out = Node(BINARY, self.folder, name, **settings)
        self.addCleanup(out.end)
        return out

    def start_three(self, settings=lambda name: {}):
        nodes = []
        for name in "abc":
            nodes.append(self.start(name, nodes, **settings(name)))
        took = self.await_union(nodes, LINK_WITHIN)
        figure("three nodes are linked after", took)
        return nodes

    def await_union(self, nodes, within):
        """Waits until each node is connected to all."""
        names = {x.name for x in nodes}
        return wait_for(f"all of {names} to be connected",
                        lambda: all(x.connected() >= names for x in nodes),
                        within)[1]

    def await_state(self, seer, name, states, within):
        return wait_for(f"{seer.name} to see {name} as {states}",
                        lambda: seer.state_of(name) in states, within)[1]


def main(usage):
    global BINARY, NIGHTLY
    if len(sys.argv) < 2:
        sys.exit(usage)
    BINARY = os.path.abspath(sys.argv[1])
    names = sys.argv[2:]
    if "nightly" in names:
        NIGHTLY = True
        names.remove("nightly")
    arguments = [sys.argv[0], "-v"]
    for name in names:
        arguments += ["-k", name]
    unittest.main(argv=arguments)
