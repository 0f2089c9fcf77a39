/**
 * The simulated environment of a page: a camera, microphone and screen of a
 * recognizable user, and detectors of the users that a page shows and plays.
 * Both are independent of signaling: they look at pixels and listen to tones.
 */

/** Colours (hue in degrees) and tones (Hz) that can be distinguished. */
const HUE_STEP = 40;
const TONE_BASE = 500;
const TONE_STEP = 300;

const NAMES = ['ada', 'bob', 'cyn', 'dan', 'eve', 'fay', 'gus', 'hal', 'ivy'];

/** The likeness of each of the nine users: colour and tone. */
export const EVERYONE = Object.fromEntries(NAMES.map((name, number) =>
  [name, { hue: number * HUE_STEP, tone: TONE_BASE + number * TONE_STEP }]));

/**
 * Runs inside the page, before any other script. While `window.camera_stands` is
 * true, the camera gives no frames.
 */
export function makeWorld({ name, hue, tone, everyone }) {
  const frameRate = 15;
  const small = { width: 320, height: 240 };
  const loud = -70;

  /** Fills with the user's colour; a screen is half white. */
  function paint(context, screen, count) {
    const { width, height } = context.canvas;
    context.fillStyle = `hsl(${hue} 90% 45%)`;
    context.fillRect(0, 0, width, height);
    if (screen) {
      context.fillStyle = 'white';
      context.fillRect(width / 2, 0, width / 2, height);
    }
    const shade = (count * 16) % 256;
    context.fillStyle = `rgb(${shade} ${shade} ${shade})`;
    context.fillRect(0, height * 3 / 4, width, height / 4);
    context.fillStyle = 'black';
    context.font = '40px sans-serif';
    context.fillText(name, 20, 60);
  }

  /** The size that constraints ask for. */
  function sizeOf({ width, height }) {
    const wish = (given) => given?.ideal ?? given;
    return width === undefined ? small
      : { width: wish(width), height: wish(height) };
  }

  function picture(screen, { width, height } = small) {
    const canvas = Object.assign(
      document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d');
    let count = 0;
    const draw = () => paint(context, screen, count++);
    draw();
    setInterval(() => {
      if (screen || !window.camera_stands) draw();
    }, 1000 / frameRate);
    return canvas.captureStream(frameRate).getVideoTracks()[0];
  }

  let sound;
  function voice() {
    sound ??= new AudioContext();
    const oscillator = new OscillatorNode(sound, { frequency: tone });
    const quiet = new GainNode(sound, { gain: 0.3 });
    const out = sound.createMediaStreamDestination();
    oscillator.connect(quiet).connect(out);
    oscillator.start();
    return out.stream.getAudioTracks()[0];
  }

  // Firefox runs no AudioContext without a sound card. Its fake microphone then
  // serves one user (see browsers.mjs), and audio streams are counted.
  const deaf = navigator.userAgent.includes('Firefox');
  const { mediaDevices } = navigator;
  const openMicrophone = mediaDevices.getUserMedia.bind(mediaDevices);
  const microphone = async () => (deaf
    ? (await openMicrophone({ audio: true })).getAudioTracks()[0] : voice());

  mediaDevices.getUserMedia = async ({ audio, video }) =>
    new MediaStream([...(audio ? [await microphone()] : []),
      ...(video ? [picture(false, sizeOf(video))] : [])]);
  mediaDevices.getDisplayMedia = async () =>
    new MediaStream([picture(true)]);

  const eye = new OffscreenCanvas(4, 4)
    .getContext('2d', { willReadFrequently: true });
  const distance = (a, b) => Math.min(Math.abs(a - b), 360 - Math.abs(a - b));

  function hueOf([r, g, b]) {
    const max = Math.max(r, g, b);
    const spread = max - Math.min(r, g, b);
    if (spread < 40) return undefined;
    const sixth = max === r ? (g - b) / spread
      : max === g ? 2 + (b - r) / spread : 4 + (r - g) / spread;
    return (sixth * 60 + 360) % 360;
  }

  function whoIs(video) {
    eye.drawImage(video, 0, 0, 4, 4);
    const pixel = (x, y) => eye.getImageData(x, y, 1, 1).data;
    const seen = hueOf(pixel(1, 2));
    if (seen === undefined) return undefined;
    const person = Object.keys(everyone).find((one) =>
      distance(everyone[one].hue, seen) < 15);
    const screen = Math.min(...pixel(2, 1).slice(0, 3)) > 200;
    return {
      person, screen,
      width: video.videoWidth,
      shade: pixel(1, 3)[0],
      self: 'self' in video.dataset,
    };
  }

  const ears = new WeakMap();
  function earOn(track) {
    if (!ears.has(track)) {
      sound ??= new AudioContext();
      const ear = new AnalyserNode(sound, {
        fftSize: 4096, smoothingTimeConstant: 0,
      });
      sound.createMediaStreamSource(new MediaStream([track])).connect(ear);
      ears.set(track, ear);
    }
    return ears.get(track);
  }

  /** The user whose tone a track carries; codecs add fainter tones. */
  function voiceOf(track) {
    const ear = earOn(track);
    const levels = new Float32Array(ear.frequencyBinCount);
    ear.getFloatFrequencyData(levels);
    const bin = sound.sampleRate / ear.fftSize;
    const level = (one) => levels[Math.round(everyone[one].tone / bin)];
    const [loudest] = Object.keys(everyone)
      .sort((one, other) => level(other) - level(one));
    return level(loudest) > loud ? [loudest] : [];
  }

  const connections = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) {
      super(...given);
      connections.push(this);
    }
  };

  async function energies() {
    const found = new Map();
    for (const connection of connections) {
      (await connection.getStats()).forEach((stat) => {
        if (stat.type === 'inbound-rtp' && stat.kind === 'audio') {
          found.set(stat.ssrc, stat.totalAudioEnergy);
        }
      });
    }
    return found;
  }

  window.senses = {
    deaf,
    /** The number of audio streams with sound within these milliseconds. */
    count: async (milliseconds) => {
      const before = await energies();
      await new Promise((done) => setTimeout(done, milliseconds));
      return [...await energies()]
        .filter(([ssrc, energy]) => energy > (before.get(ssrc) ?? 0)).length;
    },
    /** One entry for each video on the page that has begun. */
    look: () => [...document.querySelectorAll('video')]
      .filter((video) => video.videoWidth > 0)
      .map(whoIs).filter((seen) => seen !== undefined),
    /** The names of the users that can be heard, once for each tile. */
    listen: () => [...document.querySelectorAll('audio, video')]
      .flatMap(({ srcObject }) => srcObject?.getAudioTracks() ?? [])
      .flatMap(voiceOf),
  };

  // The signaling messages, for the report of a failure.
  const frames = [];
  const note = (mark, data) => {
    if (typeof data === 'string') frames.push(`${mark} ${data}`);
    if (frames.length > 400) frames.shift();
  };
  window.frames_said = frames;
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      note('open', String(given[0]));
      this.addEventListener('message', ({ data }) => note('<', data));
      this.addEventListener('close', ({ code }) => note('closed', `${code}`));
    }

    send(data) {
      note('>', data);
      super.send(data);
    }
  };
}
