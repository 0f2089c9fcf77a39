"""Members that send real frames, as bare RTP, into a room of a server."""

import dataclasses
import itertools
import socket
import struct
import threading
import time

from server import ROOT

MOST_OCTETS = 1100
NTP_EPOCH = 2_208_988_800


@dataclasses.dataclass
class Kind:
    """A kind of media: what is sent of it and how."""

    name: str
    codec: dict
    ssrc: int
    interval: float
    frames: list

    def payloads(self, frame):
        if self.name == "audio":
            return [frame]
        # RFC 7741, section 4.2: S begins a frame.
        return [bytes([0x10 if i == 0 else 0]) + frame[i:i + MOST_OCTETS]
                for i in range(0, len(frame), MOST_OCTETS)]


def read_frames(name):
    octets = (ROOT / f"tests/data/recording/{name}.frames").read_bytes()
    out = []
    while octets:
        size, = struct.unpack_from("!I", octets)
        out.append(octets[4:4 + size])
        octets = octets[4 + size:]
    return out


def make_kinds():
    return {
        "video": Kind("video", {"mimeType": "video/VP8", "payloadType": 96,
                                "clockRate": 90_000}, 11, 0.1,
                      read_frames("vp8")),
        "audio": Kind("audio", {"mimeType": "audio/opus", "payloadType": 97,
                                "clockRate": 48_000, "channels": 2}, 12, 0.02,
                      read_frames("opus")),
    }


class Track:
    """Sends the frames of a kind again and again, each at its time, and a sender
    report each second."""

    def __init__(self, kind, begin, send):
        self.kind = kind
        self.sending = True
        # When each frame was captured and sent, by the wall clock.
        self.sent = []
        self._begin = begin
        self._send = send
        self._frames = itertools.cycle(kind.frames)
        self._sequence = 65_500  # wraps soon
        self._captured = begin
        self._report_due = begin

    def _timestamp(self, moment):
        rate = self.kind.codec["clockRate"]
        return round((moment - self._begin) * rate + 2**32 - 100_000) % 2**32

    def run(self, now):
        """Sends what is due."""
        while self._captured <= now:
            frame = next(self._frames)
            if self.sending:
                self._send_frame(frame)
                self.sent.append((self._captured, time.time()))
            self._captured += self.kind.interval
        if self.sending and now >= self._report_due:
            self._report(now)
            self._report_due += 1

    def _send_frame(self, frame):
        payloads = self.kind.payloads(frame)
        for i, payload in enumerate(payloads):
            marker = 0x80 if i + 1 == len(payloads) else 0
            self._send(struct.pack(
                "!BBHII", 0x80, marker | self.kind.codec["payloadType"],
                self._sequence, self._timestamp(self._captured),
                self.kind.ssrc) + payload)
            self._sequence = (self._sequence + 1) % 65_536

    def _report(self, now):
        """RFC 3550, section 6.4.1."""
        seconds = int(now)
        self._send(struct.pack(
            "!BBHIIIIII", 0x80, 200, 6, self.kind.ssrc, seconds + NTP_EPOCH,
            int((now - seconds) * 2**32), self._timestamp(now),
            len(self.sent), 0))


class Member:
    """A broadcaster of a room."""

    def __init__(self, server, room, name, kinds):
        self.name = name
        path = f"/rooms/{room}/broadcasters"
        server.ask("POST", path, {"id": name, "displayName": name})
        transport = server.ask("POST", f"{path}/{name}/transports",
                               {"type": "plain", "rtcpMux": True,
                                "comedia": True})
        for kind in kinds:
            server.ask("POST", f"{path}/{name}/transports/{transport['id']}"
                       "/producers", {"kind": kind.name, "rtpParameters": {
                           "codecs": [kind.codec],
                           "encodings": [{"ssrc": kind.ssrc}],
                           "rtcp": {"cname": name}}})
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect((transport["ip"], transport["port"]))
        begin = time.time()
        self.tracks = {x.name: Track(x, begin, self._send) for x in kinds}

    def _send(self, octets):
        try:
            self._socket.send(octets)
        except ConnectionRefusedError:
            pass  # the server is gone

    def run(self, now):
        for x in self.tracks.values():
            x.run(now)

    def close(self):
        self._socket.close()


class Sending:
    """A thread that lets members send, from entering to leaving."""

    def __init__(self, members):
        self._members = members
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        while not self._ends.wait(0.005):
            for x in self._members:
                x.run(time.time())

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        self._thread.join()
        for x in self._members:
            x.close()
