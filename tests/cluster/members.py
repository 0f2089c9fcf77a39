"""Runs members of one room over several nodes, as real clients: troupe-drill."""

import json
import subprocess

from node import LOOPBACK, wait_for



def url(node):
    return f"http://{LOOPBACK}:{node.http_port}" if node else "-"


class Members:
    """One process of members. `flags` are those of troupe-drill."""

    def __init__(self, binary, nodes, *flags, launcher=()):
        self.nodes = len(nodes)
        self.process = subprocess.Popen(
            [*launcher, binary, "--servers", ",".join(url(x) for x in nodes),
             *flags], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise AssertionError(f"{command}: {answer['error']}")
        return answer

    def set_servers(self, nodes):
        """None takes no newcomers."""
        self.ask("servers " + " ".join(url(x) for x in nodes))

    def set_churn(self, milliseconds):
        self.ask(f"churn {milliseconds}")

    def phase(self, name):
        return Phase(self.ask(f"phase {name}"))

    def is_whole(self):
        """Whether all are in the room, and all streams come."""
        x = self.ask("status")
        return x["ready"] == x["members"] and x["flowing"] == x["planned"]

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        self.process.stdout.close()


def await_whole(what, all_members, within):
    """Waits until all streams of all processes come. Returns the seconds."""
    def states():
        return [x.ask("status") for x in all_members]
    try:
        return wait_for(what, lambda: all(x.is_whole() for x in all_members),
                        within)[1]
    except AssertionError as failed:
        raise AssertionError(f"{failed}: {states()}") from None


class Phase:
    """What the members of one process saw in a phase; see drill_figures.hpp."""

    def __init__(self, figures):
        self.figures = figures

    def __getitem__(self, name):
        return self.figures[name]

    def event(self, name):
        return self.figures["events"].get(name, {"count": 0})

    def between(self, positions):
        """The sum of the flows among the nodes at these positions."""
        flows = [x for x in self.figures["flows"]
                 if x["to"] in positions and x["from"] in positions]
        out = {key: sum(x[key] for x in flows)
               for key in ("consumers", "packets", "lost", "duplicates",
                           "silent")}
        out["longestGapMs"] = max((x["longestGapMs"] for x in flows), default=0)
        return out

    def show(self, positions):
        x = self.figures
        flow = self.between(positions)
        # A newcomer's first packets are a replay, and late.
        delay = ""
        if not x["joins"] and not x["events"].get("new-producer"):
            delay = f", longest delay {x['longestDelayMs']:.0f} ms"
        print(f"  {x['phase']}, {x['seconds']:.1f} s: {flow['packets']} packets of "
              f"{flow['consumers']} streams, lost {flow['lost']}, twice "
              f"{flow['duplicates']}; longest gap {flow['longestGapMs']:.0f} ms"
              f"{delay}; the senders were {x['generatorLateMs']:.0f} ms late at most", flush=True)


def list_peers(node, room="drill"):
    """The members of a room of all nodes, as this one lists them. Without
    members of its own it has no room."""
    status, body = node.request("GET", f"/api/v1/rooms/{room}/peers")
    if status == 404:
        return []
    if status != 200:
        raise AssertionError(f"{node.name}: {status} {body}")
    return json.loads(body)["peers"]


def count_own(node):
    """How many members are at this node."""
    return sum(x["node"] == node.name for x in list_peers(node))


def producers_by_member(node):
    """The ids of the producers of each member."""
    listed = list_peers(node)
    out = {x["id"]: sorted(y["id"] for y in x["producers"])
           for x in sorted(listed, key=lambda x: x["id"])}
    if len(out) != len(listed):
        raise AssertionError(f"{node.name} lists members twice: {listed}")
    return out
