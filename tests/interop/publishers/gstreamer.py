"""Publishes by GStreamer's webrtcbin until its input ends, and then prints how many
pictures it has sent:

    gstreamer.py URL [TOKEN]

One POST with all candidates. libnice sends three checks, and then indications
only.
"""

import sys
import threading
import urllib.parse
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

PIPELINE = """
webrtcbin name=connection bundle-policy=max-bundle
videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=15/1
  ! vp8enc name=encoder deadline=1 keyframe-max-dist=15 target-bitrate=300000 ! rtpvp8pay pt=96
  ! application/x-rtp,media=video,encoding-name=VP8,payload=96 ! connection.
audiotestsrc is-live=true ! audioconvert ! audioresample ! opusenc ! rtpopuspay pt=97
  ! application/x-rtp,media=audio,encoding-name=OPUS,payload=97 ! connection.
"""


def request(method, url, token, body=None):
    headers = {"Content-Type": "application/sdp"} if body else {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    call = urllib.request.Request(url, body, headers, method=method)
    with urllib.request.urlopen(call, timeout=10) as answer:
        return answer.status, answer.headers, answer.read().decode()


class Publisher:
    def __init__(self, url, token):
        self.url = url
        self.token = token
        self.session = None
        self.failure = None
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.parse_launch(PIPELINE)
        self.pictures = 0
        self.pipeline.get_by_name("encoder").get_static_pad("src").add_probe(
            Gst.PadProbeType.BUFFER, self.count)
        self.connection = self.pipeline.get_by_name("connection")
        self.connection.connect("on-negotiation-needed", self.offer)
        self.connection.connect("notify::ice-gathering-state", self.gathered)

    def count(self, _pad, _info):
        self.pictures += 1 if self.session else 0
        return Gst.PadProbeReturn.OK

    def offer(self, connection):
        for i in range(2):
            transceiver = connection.emit("get-transceiver", i)
            transceiver.set_property(
                "direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY)
        connection.emit("create-offer", None,
                        Gst.Promise.new_with_change_func(self.offered, None))

    def offered(self, promise, _):
        reply = promise.get_reply()  # It owns the offer.
        offer = reply.get_value("offer")
        self.connection.emit("set-local-description", offer, None)

    def gathered(self, connection, _):
        if connection.get_property("ice-gathering-state") == \
                GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            # Not on the thread of this signal, which the answer would wait for.
            threading.Thread(target=self.post, daemon=True).start()

    def post(self):
        try:
            offer = self.connection.get_property("local-description")
            _, headers, text = request("POST", self.url, self.token,
                                       offer.sdp.as_text().encode())
            self.session = urllib.parse.urljoin(self.url, headers["Location"])
            _, sdp = GstSdp.SDPMessage.new_from_text(text)
            self.connection.emit(
                "set-remote-description",
                GstWebRTC.WebRTCSessionDescription.new(
                    GstWebRTC.WebRTCSDPType.ANSWER, sdp), None)
        except Exception as why:  # Whatever it is ends this program.
            self.failure = why
            self.loop.quit()

    def wait(self):
        sys.stdin.read()
        self.loop.quit()

    def run(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        threading.Thread(target=self.wait, daemon=True).start()
        self.loop.run()
        if self.failure:
            raise self.failure
        print(f"pictures: {self.pictures}")
        status, _, _ = request("DELETE", self.session, self.token)
        self.pipeline.set_state(Gst.State.NULL)
        return 0 if status == 200 else 1


Gst.init(None)
sys.exit(Publisher(sys.argv[1], *(sys.argv[2:] or [None])).run())
