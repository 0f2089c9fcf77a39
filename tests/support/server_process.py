"""Starts a real Troupe process, and ends it."""

import json
import os
import subprocess
import time

LOOPBACK = "127.0.0.1"
START_WITHIN = 20.0
TOKEN = "a token for tests only"


def wait_for(what, condition, within):
    """Polls until `condition` returns something true. Returns that and the
    seconds it took; fails after `within` seconds."""
    begin = time.monotonic()
    while True:
        value = condition()
        took = time.monotonic() - begin
        if value:
            return value, took
        if took > within:
            raise AssertionError(f"not within {within} s: {what}")
        time.sleep(0.01)


def write_token(folder):
    """Writes TOKEN to a file for `admin.token-file`, and returns its path."""
    path = os.path.join(folder, "admin.token")
    with open(path, "w", encoding="utf-8") as out:
        out.write(TOKEN)
    os.chmod(path, 0o600)
    return path


class ServerProcess:
    """One process; its ports for HTTP and RTC are free ones. `launcher` is put
    before its command."""

    def __init__(self, binary, folder, *flags, name="server", address=LOOPBACK,
                 launcher=()):
        self.name = name
        self.log_path = os.path.join(folder, f"{name}-{time.monotonic_ns()}.log")
        command = [
            *launcher, binary, "--log.format=json", "--http.static-root=",
            f"--http.listen-addresses={LOOPBACK}", "--http.port=0",
            f"--rtc.listen-addresses={address}", "--rtc.port=0", *flags]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log,
                                            stderr=subprocess.STDOUT)
        try:
            # What the log says of the start.
            self.started, _ = wait_for(f"{name} to start", self._find_start,
                                       START_WITHIN)
            self.http_port = int(self.started["http"])
        except BaseException:
            self.end()
            raise

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def _find_start(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.name} has ended: {self.log()}")
        for line in self.log().splitlines():
            if line.startswith("{") and '"event":"started"' in line.replace(" ", ""):
                return json.loads(line)
        return None

    def end(self):
        """Ends it whatever it does. Its launcher's child ends with it."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(5)
