#!/usr/bin/env python3
"""scripts/compose as an operator runs it: what is in the MP4 that it makes.

    compose_test.py RECORDING_TOOL

Exits with 77 (skipped) without ffmpeg.
"""

import array
import json
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = ""
WIDTH, HEIGHT = 320, 240


def part(name, peer, begin, source="camera", **more):
    return {"file": name, "peerId": peer, "source": source,
            "startOffsetMs": begin, "durationMs": 3020, "pauses": [],
            "gaps": [], "degraded": False, **more}


# Ann's size changes each second. Each video shows a second of red, of green and
# of blue; Cid only speaks. Ann speaks first, then Bob.
PARTS = [part("vp8.webm", "ann", 0), part("h264.mkv", "bob", 1000),
         part("opus.webm", "cid", 500)]
TIMELINE = [{"atMs": 0, "what": "speaker", "peerId": "ann"},
            {"atMs": 2500, "what": "speaker", "peerId": "bob"}]

RED, GREEN, BLUE, BLACK = "red", "green", "blue", "black"


def name_colour(rgb):
    bright = [x > 100 for x in rgb]
    return {(True, False, False): RED, (False, True, False): GREEN,
            (False, False, True): BLUE, (False, False, False): BLACK}.get(
                tuple(bright), str(tuple(rgb)))


class Compose(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="troupe-compose-"))
        subprocess.run([TOOL, "write", ROOT / "tests/data/recording",
                        cls.folder], check=True)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def run_script(self, *arguments):
        return subprocess.run(
            [ROOT / "scripts/compose", *map(str, arguments)],
            capture_output=True, text=True, check=False)

    def write_manifest(self, parts, timeline=(), **more):
        path = self.folder / "manifest.json"
        path.write_text(json.dumps({
            "version": 1, "id": "abc", "room": "stand-up", "title": "Monday",
            "state": "finished", "durationMs": 4020, "members": [],
            "parts": parts, "timeline": list(timeline), **more}))
        return path

    def compose(self, parts, timeline=(), *options):
        out = self.folder / "out.mp4"
        result = self.run_script(
            self.write_manifest(parts, timeline), out, "--force", "--size",
            f"{WIDTH}x{HEIGHT}", "--fps", 10, *options)
        self.assertEqual(result.returncode, 0, result.stderr)
        return out

    def assert_length(self, path, seconds):
        told = json.loads(subprocess.run(
            ["ffprobe", "-v", "error", "-of", "json", "-show_streams",
             "-show_format", path], capture_output=True, check=True).stdout)
        streams = {x["codec_type"]: x for x in told["streams"]}
        self.assertEqual(sorted(streams), ["audio", "video"])
        self.assertEqual((streams["video"]["codec_name"],
                          streams["audio"]["codec_name"]), ("h264", "aac"))
        self.assertEqual((streams["video"]["width"],
                          streams["video"]["height"]), (WIDTH, HEIGHT))
        self.assertEqual(told["format"]["tags"]["title"], "Monday")
        for x in [told["format"], *streams.values()]:
            self.assertAlmostEqual(float(x["duration"]), seconds, delta=0.11)

    def colours(self, path, time, *points):
        """What is seen at these points, which are fractions of the picture."""
        raw = subprocess.run(
            ["ffmpeg", "-v", "error", "-ss", str(time), "-i", path,
             "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
            capture_output=True, check=True).stdout
        out = []
        for x, y in points:
            at = (int(y * HEIGHT) * WIDTH + int(x * WIDTH)) * 3
            out.append(name_colour(raw[at:at + 3]))
        return out

    def loudness(self, path, begin, end):
        """The mean of the sound, where 1 is full scale."""
        raw = subprocess.run(
            ["ffmpeg", "-v", "error", "-i", path, "-vn", "-ss", str(begin),
             "-to", str(end), "-f", "f32le", "-ac", "1", "-"],
            capture_output=True, check=True).stdout
        samples = array.array("f", raw)
        return math.sqrt(sum(x * x for x in samples) / len(samples))

    def test_the_speaker_is_large_and_the_others_are_below(self):
        out = self.compose(PARTS, TIMELINE)
        self.assert_length(out, 4.02)
        top, below = (0.5, 0.4), (0.5, 0.87)
        self.assertEqual(self.colours(out, 0.45, top, below, (0.05, 0.05)),
                         [RED, RED, RED])
        # Ann is large, and her size has changed; Bob is below.
        self.assertEqual(self.colours(out, 1.45, top, below, (0.05, 0.05)),
                         [GREEN, RED, BLACK])
        self.assertEqual(self.colours(out, 2.25, top, below), [BLUE, GREEN])
        # Bob speaks.
        self.assertEqual(self.colours(out, 2.75, top, below), [GREEN, BLUE])
        # Ann has left.
        self.assertEqual(self.colours(out, 3.55, top, below), [BLUE, BLUE])

    def test_a_grid_has_equal_cells(self):
        out = self.compose(PARTS, TIMELINE, "--layout", "grid")
        self.assert_length(out, 4.02)
        self.assertEqual(
            self.colours(out, 1.45, (0.25, 0.5), (0.75, 0.5), (0.25, 0.1)),
            [GREEN, RED, BLACK])

    def test_a_screen_is_preferred_to_who_speaks(self):
        out = self.compose(
            [*PARTS, part("vp9.webm", "cid", 1500, "screen")], TIMELINE)
        self.assert_length(out, 4.52)
        # The screen, and below it Ann and Bob.
        self.assertEqual(
            self.colours(out, 1.75, (0.5, 0.4), (0.4, 0.87), (0.6, 0.87)),
            [RED, GREEN, RED])

    def test_a_paused_camera_is_not_shown(self):
        out = self.compose([part("vp8.webm", "ann", 0, pauses=[[1000, 2000]])])
        self.assertEqual(self.colours(out, 0.5, (0.5, 0.5)), [RED])
        self.assertEqual(self.colours(out, 1.5, (0.5, 0.5)), [BLACK])
        self.assertEqual(self.colours(out, 2.5, (0.5, 0.5)), [BLUE])

    def test_all_sound_is_mixed_at_its_time(self):
        out = self.compose([part("opus.webm", "ann", 1000)])
        self.assert_length(out, 4.02)
        self.assertLess(self.loudness(out, 0.1, 0.9), 0.001)
        alone = self.loudness(out, 1.2, 3.8)
        self.assertGreater(alone, 0.01)
        self.assertEqual(self.colours(out, 2, (0.5, 0.5)), [BLACK])
        # The same twice, in step: twice as loud.
        out = self.compose([part("opus.webm", "ann", 1000),
                            part("vp8.webm", "bob", 1000)])
        self.assertAlmostEqual(self.loudness(out, 1.2, 3.8) / alone, 2,
                               delta=0.2)

    def refusal(self, path, *options):
        result = self.run_script(path, self.folder / "none.mp4", *options)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertFalse((self.folder / "none.mp4").exists())
        self.assertEqual(list(self.folder.glob(".compose-*")), [])
        return result.stderr

    def test_mistakes_are_named(self):
        self.assertIn("No such file", self.refusal(self.folder / "absent.json"))
        self.assertIn("gone.webm is missing", self.refusal(
            self.write_manifest([part("gone.webm", "ann", 0)])))
        self.assertIn("no parts", self.refusal(self.write_manifest([])))
        self.assertIn("version", self.refusal(
            self.write_manifest(PARTS, version=2)))
        for name in ["../vp8.webm", "/etc/passwd", ".vp8.webm", "", None]:
            self.assertIn("no proper name", self.refusal(
                self.write_manifest([part(name, "ann", 0)])))
        for begin in [-1, None, "1", math.nan, math.inf]:
            self.assertIn("startOffsetMs is no time", self.refusal(
                self.write_manifest([part("vp8.webm", "ann", begin)])))
        path = self.write_manifest(["a part", 3])
        self.assertIn("damaged", self.refusal(path))
        path.write_text("{")
        self.assertIn("no manifest", self.refusal(path))
        (self.folder / "noise.webm").write_bytes(b"noise")
        self.assertIn("cannot be read", self.refusal(
            self.write_manifest([part("noise.webm", "ann", 0)])))

    def test_a_file_that_exists_is_kept(self):
        path = self.folder / "kept.mp4"
        path.write_text("kept")
        result = self.run_script(self.write_manifest(PARTS), path)
        self.assertEqual(result.returncode, 1)
        self.assertIn("exists already", result.stderr)
        self.assertEqual(path.read_text(), "kept")


if __name__ == "__main__":
    if not shutil.which("ffmpeg") or not shutil.which("ffprobe"):
        print("skipped: no ffmpeg")
        sys.exit(77)
    TOOL = sys.argv.pop(1)
    unittest.main()
