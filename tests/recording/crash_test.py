#!/usr/bin/env python3
"""What is left of recordings when the server is killed: real processes, real
frames, random moments. The next start finishes the files.

    crash_test.py TROUPE [MOMENTS] [SEED]

Kills the server at so many moments, 4 by default, which the seed chooses. Exits
with 77 (skipped) without ffmpeg.
"""

import datetime
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import unittest

from sender import Member, Sending, make_kinds
from server import Server, lacks_programs, wait_for

# What a crash may cost.
LOST = 2.0
# Reports of all tracks come by then, so a file begins.
BEGUN_WITHIN = 1.5
LONGEST = 9.0
# By how much the clock of a recording may be off.
CLOCK_ERROR = 0.06
# How far frames are apart while they are sent, with the same error.
MOST_APART = {"video": 0.1 + CLOCK_ERROR, "audio": 0.02 + CLOCK_ERROR}

TROUPE = ""
MOMENTS = 4
# With this seed a camera and a microphone fall silent, and a recording is stopped.
SEED = 1338


def run(*command):
    return subprocess.run([str(x) for x in command], capture_output=True,
                          text=True, check=False)


def read_number(octets, at):
    """An EBML number: its value without the marker, with it, and its end."""
    length = 9 - octets[at].bit_length()
    whole = int.from_bytes(octets[at:at + length], "big")
    return whole & ((1 << 7 * length) - 1), whole, at + length


def segment_of(octets):
    """The Segment's size, unless it is unknown, what is there, and the ids in
    it."""
    size, _, at = read_number(octets, 4)
    at += size + 4  # past the EBML header and the Segment's id
    told, _, at = read_number(octets, at)
    begin = at
    ids = []
    while at < len(octets):
        _, element, at = read_number(octets, at)
        size, _, at = read_number(octets, at)
        ids.append(struct.pack("!I", element).lstrip(b"\0").hex())
        at += size
    return told, len(octets) - begin, ids


class Round:
    """One recording of two members, and what becomes of them."""

    def __init__(self, server, number, chance):
        self.server = server
        self.room = f"room-{number}"
        self.moment = chance.uniform(0.2, LONGEST)
        self.event = chance.choice(["", "", "no video", "no audio", "stop"])
        self.event_at = chance.uniform(0, self.moment)
        if self.event == "stop":
            self.event_at = self.moment - chance.uniform(0, 0.05)
        elif self.event_at < BEGUN_WITHIN:
            self.event, self.event_at = "", self.moment
        kinds = make_kinds()
        self.members = [Member(server, self.room, "ada", kinds.values()),
                        Member(server, self.room, "bob", [kinds["audio"]])]

    def play(self):
        """Ends with the server."""
        with Sending(self.members):
            time.sleep(0.5)
            self.began = time.time()
            self.id = self.server.ask(
                "POST", f"/api/v1/rooms/{self.room}/recordings")["recordingId"]
            self._wait(self.event_at)
            if self.event == "stop":
                self.server.ask("POST", f"/api/v1/recordings/{self.id}/stop")
            elif self.event:
                tracks = self.members[0].tracks
                tracks[self.event.removeprefix("no ")].sending = False
            self._wait(self.moment)
            self.killed = time.time()
            self.server.end()

    def _wait(self, moment):
        time.sleep(max(0, self.began + moment - time.time()))

    def describe(self):
        return (f"killed {self.moment:.3f} s after the start"
                + (f", {self.event} after {self.event_at:.3f} s"
                   if self.event else ""))


class Crash(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="troupe-crash-")
        self.addCleanup(shutil.rmtree, self.folder)

    def start(self):
        out = Server(TROUPE, self.folder)
        self.addCleanup(out.end)
        return out

    def test_a_crash_costs_two_seconds_of_each_file(self):
        chance = random.Random(SEED)
        print(f"  seed {SEED}", flush=True)
        server = self.start()
        least = []
        for i in range(MOMENTS):
            this = Round(server, i, chance)
            this.play()
            server = self.start()
            with self.subTest(this.describe()):
                least.append(self.check(server, this))
        print(f"  {MOMENTS} crashes cost {max(least):.2f} s at most")

    def check(self, server, of):
        """Returns how much was lost, at most."""
        told, _ = wait_for("the repair", lambda: self.repaired(server, of), 10)
        begun = of.moment > LOST + BEGUN_WITHIN
        states = ["recovered"]
        if not begun:
            states.append("failed")
        if of.event == "stop":
            states.append("finished")
        self.assertIn(told["state"], states)
        if begun:
            self.assertEqual(sorted(x["peerId"] for x in told["parts"]),
                             ["ada", "bob"], told["parts"])
        folder, = self.folders(server, of)
        lost = 0.0
        for part in told["parts"]:
            member, = (x for x in of.members if x.name == part["peerId"])
            start = (datetime.datetime.fromisoformat(told["startedAt"])
                     .timestamp() + part["startOffsetMs"] / 1000)
            path = folder / part["file"]
            self.check_file(path, part)
            lost = max(lost, self.check_frames(path, member, start, of))
        return lost

    @staticmethod
    def folders(server, of):
        return list((server.recordings / of.room).iterdir())

    def repaired(self, server, of):
        path = self.folders(server, of)[0] / "manifest.json"
        told = json.loads(path.read_text())
        return told if told["state"] != "recording" else None

    def check_file(self, path, part):
        """It plays without a complaint, and players can seek in it."""
        told, there, ids = segment_of(path.read_bytes())
        self.assertEqual(told, there, f"the Segment's size in {path.name}")
        self.assertEqual(ids[-1], "1c53bb6b", "it ends with Cues")
        self.assertEqual(ids[0], "114d9b74", "it begins with a SeekHead")
        result = run("ffmpeg", "-v", "warning", "-i", path, "-fps_mode",
                     "passthrough", "-enc_time_base", "-1", "-f", "null", "-")
        self.assertEqual((result.returncode, result.stderr), (0, ""), path.name)
        self.assertEqual(path.stat().st_size, part["size"])

    def check_frames(self, path, member, start, of):
        """Returns how long before the crash the file ends."""
        told = json.loads(run("ffprobe", "-v", "error", "-of", "json",
                              "-show_packets", "-show_format", path).stdout)
        self.assertAlmostEqual(float(told["format"]["duration"]),
                               self.end_of(told["packets"]), delta=0.12)
        ends = []
        for kind, track in member.tracks.items():
            times = [start + float(x["pts_time"]) for x in told["packets"]
                     if x["codec_type"] == kind]
            needed = [captured for captured, sent in list(track.sent)
                      if start < captured and sent < of.killed - LOST]
            if times:
                ends.append(times[-1])
            if not needed:
                continue
            self.assertTrue(times, kind)
            self.assertGreater(times[-1], needed[-1] - CLOCK_ERROR, kind)
            for one, other in zip(times, times[1:]):
                self.assertLess(other - one, MOST_APART[kind], kind)
        lost = of.killed - max(ends)
        self.assertLess(lost, LOST + MOST_APART["video"], path.name)
        return lost

    @staticmethod
    def end_of(packets):
        return max(float(x["pts_time"]) + float(x.get("duration_time", 0))
                   for x in packets)


if __name__ == "__main__":
    if lacks_programs("ffmpeg", "ffprobe"):
        print("skipped: no ffmpeg")
        sys.exit(77)
    TROUPE = os.path.abspath(sys.argv[1])
    MOMENTS = int(sys.argv[2]) if len(sys.argv) > 2 else MOMENTS
    SEED = int(sys.argv[3]) if len(sys.argv) > 3 else SEED
    unittest.main(argv=sys.argv[:1])
