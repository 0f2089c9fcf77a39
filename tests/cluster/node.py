"""Runs real Troupe processes as nodes of clusters on this host."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.append(os.path.join(ROOT, "tests", "support"))

from server_process import LOOPBACK, TOKEN, ServerProcess, wait_for, write_token


def make_certificates(folder, *nodes):
    """Makes a CA and certificates; a node is "name" or "name,other name"."""
    subprocess.run([os.path.join(ROOT, "scripts", "cluster"), "certificates",
                    folder, *nodes], check=True, stdout=subprocess.DEVNULL)


class Node(ServerProcess):
    """One node. `launcher` is put before its command; `open_socket` makes
    connections to its HTTP port, for a node in another network namespace."""

    def __init__(self, binary, folder, name, *, seeds=(), cluster="drill",
                 certificates=None,
                 certificate=None, address=LOOPBACK, launcher=(),
                 open_socket=socket.create_connection, flags=()):
        self.address = address
        self.open_socket = open_socket
        identity = os.path.join(certificates or folder, certificate or name)
        ca = os.path.join(certificates or folder, "ca.pem")
        own = [
            f"--admin.token-file={write_token(folder)}",
            f"--cluster.name={cluster}",
            f"--cluster.node={name}", f"--cluster.listen={address}:0",
            f"--cluster.certificate={identity}.pem",
            f"--cluster.key={identity}.key", f"--cluster.ca={ca}", *flags]
        if seeds:
            own.append("--cluster.seeds=" + ",".join(seeds))
        super().__init__(binary, folder, *own, name=name, address=address,
                         launcher=launcher)
        try:
            self.cluster_port = self._find_cluster_port(self.started)
        except BaseException:
            self.end()
            raise

    def _find_cluster_port(self, started):
        """`started` names the port alone or as the end of an address."""
        found = re.search(r"(\d+)$", str(started.get("cluster", "")))
        if not found:
            raise AssertionError(f"the log does not name the port: {started}")
        return int(found[1])

    @property
    def seed(self):
        """Its address as an entry of `cluster.seeds`."""
        return f"{self.address}:{self.cluster_port}"

    @property
    def pid(self):
        """The server's process, which may be a child of the launcher."""
        with open(f"/proc/{self.process.pid}/comm", encoding="utf-8") as comm:
            launched = comm.read().strip() == "unshare"
        if not launched:
            return self.process.pid
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as children:
            return int(children.read().split()[0])

    def request(self, method, path, body=None):
        """Returns the status and the body."""
        connection = http.client.HTTPConnection(LOOPBACK, self.http_port)
        connection.sock = self.open_socket((LOOPBACK, self.http_port), 5)
        try:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            if body is not None:
                headers["Content-Type"] = "application/json"
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def report(self):
        """The answer of GET /api/v1/cluster."""
        status, body = self.request("GET", "/api/v1/cluster")
        if status != 200:
            raise AssertionError(f"{self.name}: {status} {body}")
        return json.loads(body)

    def view(self, other):
        """What it says of the node `other`; None if it does not know it."""
        for node in self.report()["nodes"]:
            if node["name"] == other:
                return node
        return None

    def state_of(self, other):
        node = self.view(other)
        return node["state"] if node else None

    def connected(self):
        """The names of all nodes that it is connected to, its own included."""
        return {x["name"] for x in self.report()["nodes"]
                if x["state"] == "connected"}

    def metric(self, name, **labels):
        """The sum of a metric's series that have these labels."""
        total = 0.0
        for line in self.request("GET", "/metrics")[1].splitlines():
            if re.match(name + r"[{ ]", line) and all(
                    f'{key}="{value}"' in line for key, value in labels.items()):
                total += float(line.rsplit(" ", 1)[1])
        return total

    def add_member(self):
        """Adds a member that needs no connection; returns its room's path."""
        body = json.dumps({"id": "drill", "displayName": "Drill",
                           "device": {"name": "drill"}})
        status, answer = self.request("POST", "/rooms/drill/broadcasters", body)
        if status != 200:
            raise AssertionError(f"{self.name}: {status} {answer}")
        return "/rooms/drill/broadcasters/drill"

    def send(self, number):
        os.kill(self.pid, number)

    def kill(self):
        """Ends it as a failure of its host does."""
        self.send(signal.SIGKILL)
        self.process.wait(5)
