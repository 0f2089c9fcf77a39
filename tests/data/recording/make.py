#!/usr/bin/env python3
"""Makes the frames in this folder with ffmpeg; see README.md."""

import pathlib
import struct
import subprocess

HERE = pathlib.Path(__file__).parent
COLOURS = ["red", "lime", "blue"]


def ffmpeg(*arguments):
    return subprocess.run(
        ["ffmpeg", "-v", "error", *arguments, "pipe:1"],
        check=True, capture_output=True).stdout


def video(sizes, *encoder):
    """A second of each colour, ten frames each; a key frame begins each."""
    out = []
    for colour, size in zip(COLOURS, sizes):
        out.append(ffmpeg(
            "-f", "lavfi", "-i", f"color={colour}:s={size}:r=10:d=1,"
            "drawbox=x=80*t:y=0:w=8:h=8:color=white:t=fill", "-an",
            "-pix_fmt", "yuv420p", "-threads", "1", *encoder))
    return out


def ivf_frames(octets):
    at = struct.unpack_from("<H", octets, 6)[0]
    while at < len(octets):
        size = struct.unpack_from("<I", octets, at)[0]
        yield octets[at + 12:at + 12 + size]
        at += 12 + size


def without_delimiter(unit):
    """A temporal unit without its delimiter, an OBU of two octets."""
    return unit.removeprefix(b"\x12\x00")


def access_units(octets):
    """Access units of NAL units after their lengths, without delimiters."""
    unit = b""
    for nal in octets.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")[1:]:
        kind = nal[0] & 0x1F
        if kind == 9:
            if unit:
                yield unit
            unit = b""
        elif kind != 6:
            unit += struct.pack(">I", len(nal)) + nal
    yield unit


def ogg_packets(octets):
    """The packets of an Ogg stream, without its two headers."""
    at, packets, packet = 0, [], b""
    while at < len(octets):
        segments = octets[at + 27:at + 27 + octets[at + 26]]
        at += 27 + len(segments)
        for size in segments:
            packet += octets[at:at + size]
            at += size
            if size < 255:
                packets.append(packet)
                packet = b""
    return packets[2:]


def write(name, frames):
    frames = [x for x in frames if x]
    (HERE / f"{name}.frames").write_bytes(
        b"".join(struct.pack(">I", len(x)) + x for x in frames))
    print(f"{name}: {len(frames)} frames")


def main():
    same = ["160x120"] * 3
    realtime = ["-deadline", "realtime", "-lag-in-frames", "0", "-f", "ivf"]
    write("vp8", [x for part in video(
        ["160x120", "320x240", "80x60"], "-c:v", "libvpx", "-auto-alt-ref", "0",
        "-b:v", "100k", *realtime) for x in ivf_frames(part)])
    write("vp9", [x for part in video(
        same, "-c:v", "libvpx-vp9", "-b:v", "100k", *realtime)
        for x in ivf_frames(part)])
    write("av1", [without_delimiter(x) for part in video(
        same, "-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8",
        "-lag-in-frames", "0", "-b:v", "100k", "-f", "ivf")
        for x in ivf_frames(part)])
    write("h264", [x for part in video(
        same, "-c:v", "libx264", "-profile:v", "baseline", "-bf", "0",
        "-x264-params", "aud=1:repeat-headers=1", "-f", "h264")
        for x in access_units(part)])
    write("opus", ogg_packets(ffmpeg(
        "-f", "lavfi", "-i", "sine=440:r=48000:d=3", "-ac", "2", "-c:a",
        "libopus", "-b:a", "32k", "-frame_duration", "20", "-f", "ogg")))


if __name__ == "__main__":
    main()
