"""Runs a real Troupe process that records."""

import http.client
import json
import pathlib
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "support"))

from server_process import LOOPBACK, TOKEN, ServerProcess, wait_for, write_token


class Server(ServerProcess):
    """One process. Recordings are in `folder`/recordings."""

    def __init__(self, binary, folder, *flags):
        self.recordings = pathlib.Path(folder) / "recordings"
        self.recordings.mkdir(exist_ok=True)
        super().__init__(
            binary, folder, "--rtc.plain-transports=8",
            f"--admin.token-file={write_token(folder)}",
            f"--record.directory={self.recordings}", "--record.min-free=0",
            *flags)

    def ask(self, method, path, body=None):
        """Returns the answer's JSON."""
        connection = http.client.HTTPConnection(LOOPBACK, self.http_port, timeout=10)
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


def lacks_programs(*names):
    return [x for x in names if not shutil.which(x)]
