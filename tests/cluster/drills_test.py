#!/usr/bin/env python3
"""Failures of nodes while members talk: real processes and real clients. Prints
what the members saw.

    drills_test.py BINARY [nightly] [NAME...]

BINARY is the server; troupe-drill is expected beside it. "nightly" adds what
takes long, and more members. NAME selects tests, as in unittest (-k).
"""

import os
import signal
import subprocess
import sys
import time

import cluster_test
import network
from cluster_test import BACK_WITHIN, DEAD_WITHIN, LINK_WITHIN, figure
from members import Members, await_whole, count_own, producers_by_member
from node import wait_for
from proxy import Proxy

JOIN_WITHIN = 60.0
# The longest time without a packet.
GAP_MS = 50
# The most that senders may be late where gaps are judged.
LATE_MS = 20
# Clients of a dead node try again after 0.5 to 1.5 s.
ORPHANS_BACK_WITHIN = 5.0
CLOSED_WITHIN = 0.1

SURVIVORS = (0, 1)
ALL = (0, 1, 2)


class DrillTest(cluster_test.ClusterTest):
    def start_members(self, nodes, *flags, **settings):
        out = Members(cluster_test.beside_binary("troupe-drill"), nodes, *flags,
                      **settings)
        self.addCleanup(out.end)
        return out

    def settle(self, members, seconds=2.0):
        """Returns the figures of some quiet seconds, for comparison."""
        figure("all streams come after",
               await_whole("all streams to come", members, JOIN_WITHIN))
        time.sleep(0.5)
        for x in members:
            x.phase("settling")
        time.sleep(seconds)
        return [x.phase("before") for x in members]

    def check_flows(self, before, phase, positions):
        """Nothing is lost, and no gap is longer than 50 ms, or than twice the
        longest before."""
        for x in (before, phase):
            x.show(positions)
        flow = phase.between(positions)
        self.assertGreater(flow["packets"], 0)
        self.assertEqual(flow["silent"], 0)
        self.assertEqual(flow["duplicates"], 0)
        self.assertLessEqual(flow["lost"], phase["generatorDrops"])
        if phase["generatorLateMs"] > LATE_MS or phase["generatorSkipped"]:
            print("  gaps are not judged: this machine held up the senders, too",
                  flush=True)
            return
        self.assertLessEqual(
            flow["longestGapMs"],
            max(GAP_MS, 2 * before.between(positions)["longestGapMs"]))

    def check_room(self, nodes, members, publishing):
        """All nodes with members list the same, and nothing twice."""
        def lists():
            return [x for x in map(producers_by_member, nodes) if x]
        wait_for("all nodes to list the same",
                 lambda: len({str(x) for x in lists()}) == 1, 2.0)
        listed = lists()[0]
        self.assertEqual(sorted(listed), sorted(f"m{i}" for i in range(members)))
        self.assertEqual(sum(len(x) for x in listed.values()), publishing)


class Killed(DrillTest):
    def test_a_killed_node_under_load(self):
        # Ten members at each node, and more at the one that is killed. Some
        # send, the others have muted audio. 300 with video would be too much
        # for two cores, clients included.
        if cluster_test.nightly():
            more, publishing, flags = 290, 320, ["--every=7", "--hears=2"]
        else:
            more, publishing = 30, 60 + 12
            flags = ["--every=5", "--hears=4", "--video"]
        orphans = 10 + more
        # All are heard, however many they are.
        nodes = a, b, c = self.start_three(
            lambda name: {"flags": ["--room.audio-top-above=10000"]})
        members = self.start_members(nodes, "--members=30", f"--more={more}",
                                     *flags)
        before, = self.settle([members])
        killed = time.monotonic()
        c.kill()
        time.sleep(0.4) # its clients have not come back yet
        phase = members.phase("killed")
        self.check_flows(before, phase, SURVIVORS)
        self.assertEqual(phase["ended"], orphans)
        closed = phase.event("producer-closed")
        figure("the last producer_closed came after", closed["last"] - killed)
        self.assertLess(closed["last"] - killed, CLOSED_WITHIN)
        await_whole("all orphans to be back", [members], 2 * ORPHANS_BACK_WITHIN)
        took = time.monotonic() - killed
        figure(f"all streams of {orphans} orphans are back after", took)
        self.assertLess(took, ORPHANS_BACK_WITHIN)
        back = members.phase("back")
        back.show(SURVIVORS)
        self.assertEqual(back["back"], orphans)
        self.assertEqual((back["refused"], back["failed"]), (0, 0), back["problem"])
        self.check_room([a, b], 30 + more, publishing)


class Frozen(DrillTest):
    def test_a_frozen_node_under_load(self):
        if not cluster_test.nightly():
            self.skipTest("10 s of waiting: in nightly only")
        nodes = a, b, c = self.start_three()
        members = self.start_members(nodes, "--members=30", "--every=2",
                                     "--hears=4", "--video")
        before, = self.settle([members])
        begin = time.monotonic()
        c.send(signal.SIGSTOP)
        for seer in (a, b):
            self.await_state(seer, "c", ("dead",), DEAD_WITHIN)
        figure("a frozen node is dead after", time.monotonic() - begin)
        time.sleep(max(0, begin + 10 - time.monotonic()))
        self.check_flows(before, members.phase("frozen"), SURVIVORS)
        c.send(signal.SIGCONT)
        figure("all streams are back after",
               await_whole("all streams to be back", [members], BACK_WITHIN))
        back = members.phase("back")
        back.show(SURVIVORS)
        self.assertEqual(back["ended"], 0)
        self.check_room(nodes, 30, 30 + 15)


class Split(DrillTest):
    def test_twenty_seconds_of_partition(self):
        if not cluster_test.nightly():
            self.skipTest("20 s of waiting: in nightly only")
        if not network.permitted():
            self.skipTest("this host permits no network namespaces")
        hosts = network.Network(3)
        self.addCleanup(hosts.close)
        nodes = self.start_three(lambda name: {
            "address": hosts.address("abc".index(name) + 1),
            "launcher": hosts.launcher("abc".index(name) + 1),
            "open_socket": hosts.connector("abc".index(name) + 1)})
        members = [self.start_members(
            nodes, "--members=18", "--every=2", "--hears=4", "--video",
            f"--only={i}", launcher=hosts.launcher(i + 1)) for i in range(3)]
        before = self.settle(members)
        hosts.pull_cable(3)
        for seer, lost in ((nodes[0], "c"), (nodes[2], "a")):
            self.await_state(seer, lost, ("dead",), DEAD_WITHIN)
        time.sleep(20)
        for i in SURVIVORS:
            self.check_flows(before[i], members[i].phase("split"), SURVIVORS)
        hosts.plug_cable(3)
        figure("all streams are back after",
               await_whole("all streams to be back", members, BACK_WITHIN))
        for i, x in enumerate(members):
            back = x.phase("back")
            back.show(ALL)
            self.assertEqual(back["ended"], 0)
        self.check_room(nodes, 18, 18 + 9)


class Resets(DrillTest):
    def test_links_that_are_reset_every_second(self):
        proxies = {name: Proxy() for name in "abc"}
        for proxy in proxies.values():
            self.addCleanup(proxy.close)
        nodes = []
        for name in "abc":
            seeds = [proxies[x].seed for x in "abc" if x != name]
            nodes.append(self.start(name, seeds=seeds))
            proxies[name].lead_to(nodes[-1])
        self.await_union(nodes, LINK_WITHIN)
        members = self.start_members(nodes, "--members=18", "--every=2",
                                     "--hears=4", "--video")
        before, = self.settle([members])
        rounds = 20 if cluster_test.nightly() else 6
        for _ in range(rounds):
            for proxy in proxies.values():
                proxy.cut()
            time.sleep(1)
        phase = members.phase("resets")
        self.check_flows(before, phase, ALL)
        cuts = sum(x.cuts for x in proxies.values())
        print(f"  {cuts} resets; events: {phase['events']}", flush=True)
        self.assertGreaterEqual(cuts, rounds)
        self.assertEqual(phase["events"], {})
        self.assertEqual(phase["ended"], 0)
        self.await_union(nodes, LINK_WITHIN)
        for node in nodes:
            self.assertEqual(node.report()["died"], 0)
        self.check_room(nodes, 18, 18 + 9)


class Rolling(DrillTest):
    def test_a_rolling_restart_under_load(self):
        limit = 10 if cluster_test.nightly() else 2
        flags = [f"--drain.limit={limit}"]
        nodes = self.start_three(lambda name: {"flags": flags})
        members = self.start_members(nodes, "--members=30", "--every=5",
                                     "--hears=4", "--video")
        self.settle([members], 1.0)
        members.set_churn(100)
        for i, name in enumerate("abc"):
            others = [x for x in nodes if x.name != name]
            begin = time.monotonic()
            # A balancer asks /readyz, and sends newcomers elsewhere.
            members.set_servers([None if x.name == name else x for x in nodes])
            nodes[i].send(signal.SIGUSR1)
            remaining = count_own(nodes[i])
            self.assertEqual(nodes[i].process.wait(limit + 10), 0)
            figure(f"{name} has ended after", time.monotonic() - begin)
            nodes[i] = self.start(name, others, flags=flags)
            figure(f"{name} has been replaced after",
                   self.await_union(nodes, LINK_WITHIN))
            members.set_servers(nodes)
            phase = members.phase(f"restart-of-{name}")
            phase.show(ALL)
            print(f"  {phase['joins']} joins, {phase['refused']} refused, "
                  f"{phase['failed']} failed; {phase['ended']} connections ended "
                  "by the limit", flush=True)
            self.assertEqual((phase["refused"], phase["failed"]), (0, 0),
                             phase["problem"])
            self.assertGreater(phase["joins"], 0)
            self.assertLessEqual(phase["ended"], remaining)
            flow = phase.between(ALL)
            self.assertEqual(flow["duplicates"], 0)
            self.assertLessEqual(flow["lost"], phase["generatorDrops"])
        members.set_churn(0)
        figure("all streams come after",
               await_whole("all streams to come", [members],
                           ORPHANS_BACK_WITHIN))
        self.check_room(nodes, 30, 30 + 6)


class Busy(DrillTest):
    def test_saturated_cores_under_load(self):
        if not cluster_test.nightly():
            self.skipTest("a minute of load: in nightly only")
        nodes = self.start_three()
        members = self.start_members(nodes, "--members=18", "--every=2",
                                     "--hears=4", "--video")
        self.settle([members])
        burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"])
                   for _ in range(os.cpu_count() or 1)]
        try:
            time.sleep(60)
        finally:
            for burner in burners:
                burner.kill()
                burner.wait()
        phase = members.phase("saturated")
        phase.show(ALL)
        self.assertEqual(phase["events"], {})
        for node in nodes:
            self.assertEqual(node.report()["died"], 0)
        self.check_room(nodes, 18, 18 + 9)


if __name__ == "__main__":
    cluster_test.main(__doc__)
