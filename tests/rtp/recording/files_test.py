#!/usr/bin/env python3
"""What other programs make of recordings: ffmpeg decodes them without a word,
and libmatroska (mkvmerge) has nothing to complain about.

    files_test.py RECORDING_TOOL

Exits with 77 (skipped) without ffmpeg or mkvmerge.
"""

import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
FRAMES = ROOT / "tests/data/recording"
TOOL = ""

FINISHED = ["opus.webm", "vp8.webm", "vp9.webm", "av1.webm", "h264.mkv"]


def run(*command):
    return subprocess.run([str(x) for x in command], capture_output=True,
                          text=True, check=False)


def probe(path):
    """What ffprobe tells, and what it has to say."""
    result = run("ffprobe", "-v", "warning", "-of", "json", "-show_format",
                 "-show_streams", "-show_packets", path)
    return json.loads(result.stdout), result.stderr


def packets(told, kind):
    return [x for x in told["packets"] if x["codec_type"] == kind]


class Files(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="troupe-recording-"))
        subprocess.run([TOOL, "write", FRAMES, cls.folder], check=True)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def assert_silent(self, said):
        self.assertEqual(said.strip(), "")

    def test_ffprobe_reads_each_frame_at_its_time(self):
        for name in FINISHED:
            with self.subTest(name):
                told, said = probe(self.folder / name)
                self.assert_silent(said)
                sound = packets(told, "audio")
                self.assertEqual(len(sound), 151)
                self.assertEqual([float(x["pts_time"]) for x in sound],
                                 [i / 50 for i in range(151)])
                self.assertEqual(float(told["format"]["duration"]), 3.02)
                self.assertEqual(told["format"]["tags"]["title"],
                                 "A test of recordings")
                self.assertEqual(told["format"]["tags"]["creation_time"],
                                 "2026-01-01T00:00:00.000000Z")
                if name == "opus.webm":
                    continue
                pictures = packets(told, "video")
                self.assertEqual([float(x["pts_time"]) for x in pictures],
                                 [i / 10 for i in range(30)])
                self.assertEqual([i for i, x in enumerate(pictures)
                                  if "K" in x["flags"]], [0, 10, 20])
                video = next(x for x in told["streams"]
                             if x["codec_type"] == "video")
                self.assertEqual((video["width"], video["height"]), (160, 120))

    def test_ffmpeg_decodes_everything(self):
        for name in [*FINISHED, "unfinished.webm", "repaired.webm"]:
            with self.subTest(name):
                result = run("ffmpeg", "-v", "warning", "-i",
                             self.folder / name, "-f", "null", "-")
                said = result.stderr
                if name == "unfinished.webm":
                    # It ends within a cluster.
                    said = "\n".join(x for x in said.splitlines()
                                     if "File ended prematurely" not in x)
                self.assert_silent(said)
                self.assertEqual(result.returncode, 0)

    def test_libmatroska_finds_nothing_wrong(self):
        for name in [*FINISHED, "repaired.webm"]:
            with self.subTest(name):
                told = json.loads(run("mkvmerge", "-J",
                                      self.folder / name).stdout)
                self.assertEqual(told["errors"], [])
                self.assertEqual(told["warnings"], [])
                self.assertTrue(told["container"]["supported"])
                self.assertEqual(len(told["tracks"]),
                                 1 if name == "opus.webm" else 2)
                self.assertEqual(
                    told["container"]["properties"]["duration"],
                    2_000_000_000 if name == "repaired.webm" else
                    3_020_000_000)
                copied = run("mkvmerge", "-o", self.folder / "copy.mkv",
                             self.folder / name)
                self.assertEqual(copied.returncode, 0, copied.stdout)

    def test_a_repaired_file_is_a_whole_one(self):
        told, said = probe(self.folder / "repaired.webm")
        self.assert_silent(said)
        self.assertEqual(float(told["format"]["duration"]), 2)
        self.assertEqual(len(packets(told, "video")), 20)
        self.assertEqual(len(packets(told, "audio")), 100)

    def test_files_torn_anywhere_play_after_a_repair(self):
        octets = (self.folder / "vp8.webm").read_bytes()
        first = octets.index(b"\x1f\x43\xb6\x75")
        path = self.folder / "torn.webm"
        chance = random.Random(7)
        for _ in range(20):
            size = chance.randrange(first + 8000, len(octets))
            with self.subTest(size):
                path.write_bytes(octets[:size])
                subprocess.run([TOOL, "repair", path], check=True)
                told, said = probe(path)
                self.assert_silent(said)
                end = max(float(x["pts_time"]) for x in told["packets"])
                self.assertGreaterEqual(float(told["format"]["duration"]), end)
                self.assertLessEqual(float(told["format"]["duration"]),
                                     end + 0.1)


if __name__ == "__main__":
    if not shutil.which("ffprobe") or not shutil.which("mkvmerge"):
        print("skipped: no ffmpeg, or no mkvmerge")
        sys.exit(77)
    TOOL = sys.argv.pop(1)
    unittest.main()
