"""Runs a real Troupe process that records."""

import http.client
import json
import pathlib
import shutil
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"
START_WITHIN = 20.0
TOKEN = "a token for tests only"


def wait_for(what, condition, within):
    """Polls until `condition` returns something true, and returns that; fails
    after `within` seconds."""
    end = time.monotonic() + within
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {within} s: {what}")
        time.sleep(0.01)


class Server:
    """One process. Recordings are in `folder`/recordings."""

    def __init__(self, binary, folder, *flags):
        folder = pathlib.Path(folder)
        self.recordings = folder / "recordings"
        self.recordings.mkdir(exist_ok=True)
        token = folder / "admin.token"
        token.write_text(TOKEN)
        token.chmod(0o600)
        self.log_path = folder / f"{time.monotonic_ns()}.log"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [binary, "--log.format=json", "--http.static-root=",
                 f"--http.listen-addresses={LOOPBACK}", "--http.port=0",
                 f"--rtc.listen-addresses={LOOPBACK}", "--rtc.port=0",
                 "--rtc.plain-transports=8", f"--admin.token-file={token}",
                 f"--record.directory={self.recordings}",
                 "--record.min-free=0", *flags],
                stdout=log, stderr=subprocess.STDOUT)
        try:
            started = wait_for("the start", self._started, START_WITHIN)
            self.port = int(started["http"])
        except BaseException:
            self.kill()
            raise

    def _started(self):
        log = self.log_path.read_text(errors="replace")
        if self.process.poll() is not None:
            raise AssertionError(f"the server has ended: {log}")
        for line in log.splitlines():
            if '"event":"started"' in line.replace(" ", ""):
                return json.loads(line)
        return None

    def ask(self, method, path, body=None):
        """Returns the answer's JSON."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=10)
        try:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            if body is not None:
                headers["Content-Type"] = "application/json"
                body = json.dumps(body)
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            if answer.status >= 300:
                raise AssertionError(f"{method} {path}: {answer.status} {text}")
            return json.loads(text) if text else None
        finally:
            connection.close()

    def manifest(self, recording):
        return self.ask("GET", f"/api/v1/recordings/{recording}")

    def kill(self):
        """Ends it by SIGKILL."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)


def lacks_programs(*names):
    return [x for x in names if not shutil.which(x)]
