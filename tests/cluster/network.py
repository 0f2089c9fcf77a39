"""Hosts on a network of their own, as Linux network namespaces on one bridge."""

import contextlib
import ctypes
import os
import shutil
import socket
import subprocess

CLONE_NEWNET = 0x40000000


def permitted():
    """Whether this process may make network namespaces."""
    if not shutil.which("ip"):
        return False
    name = f"drill-{os.getpid()}-probe"
    if subprocess.run(["ip", "netns", "add", name], check=False,
                      capture_output=True).returncode:
        return False
    probe = subprocess.run(
        ["ip", "-n", name, "link", "add", "probe0", "type", "veth"],
        check=False, capture_output=True)
    ip("netns", "del", name)
    return probe.returncode == 0


def ip(*words):
    subprocess.run(["ip", *words], check=True)


class Network:
    """`count` hosts with the addresses 10.231.0.1, .2 and so on. The bridge is
    in a namespace too, so the host's own network does not change."""

    def __init__(self, count):
        self.count = count
        self._made = []
        try:
            self._make()
        except BaseException:
            self.close()
            raise

    def _name(self, host):
        return f"drill-{os.getpid()}-{host}"

    def _add(self, host):
        ip("netns", "add", self._name(host))
        self._made.append(self._name(host))

    def _make(self):
        self._add("bridge")
        bridge = self._name("bridge")
        ip("-n", bridge, "link", "add", "br0", "type", "bridge")
        ip("-n", bridge, "link", "set", "br0", "up")
        for host in range(1, self.count + 1):
            self._add(host)
            name = self._name(host)
            ip("-n", bridge, "link", "add", f"p{host}", "type", "veth", "peer",
               "name", "eth0", "netns", name)
            ip("-n", bridge, "link", "set", f"p{host}", "master", "br0", "up")
            ip("-n", name, "address", "add", f"{self.address(host)}/24", "dev",
               "eth0")
            ip("-n", name, "link", "set", "eth0", "up")
            ip("-n", name, "link", "set", "lo", "up")

    def address(self, host):
        return f"10.231.0.{host}"

    def launcher(self, host):
        return ["ip", "netns", "exec", self._name(host)]

    def pull_cable(self, host):
        ip("-n", self._name("bridge"), "link", "set", f"p{host}", "down")

    def plug_cable(self, host):
        ip("-n", self._name("bridge"), "link", "set", f"p{host}", "up")

    def cut(self, one, other):
        """Two hosts lose each other; others still reach both."""
        ip("-n", self._name(one), "route", "add", "blackhole", self.address(other))
        ip("-n", self._name(other), "route", "add", "blackhole", self.address(one))

    def mend(self, one, other):
        ip("-n", self._name(one), "route", "del", "blackhole", self.address(other))
        ip("-n", self._name(other), "route", "del", "blackhole", self.address(one))

    def connector(self, host):
        """A function like socket.create_connection, from within that host."""

        def connect(address, timeout):
            with self._inside(host):
                return socket.create_connection(address, timeout)

        return connect

    @contextlib.contextmanager
    def _inside(self, host):
        """Sockets that are made meanwhile belong to that host."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open("/proc/self/ns/net", "rb") as here, \
                open(f"/run/netns/{self._name(host)}", "rb") as there:
            if libc.setns(there.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
            try:
                yield
            finally:
                if libc.setns(here.fileno(), CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), "setns")

    def close(self):
        for name in self._made:
            subprocess.run(["ip", "netns", "del", name], check=False)
        self._made = []
