/** People before cameras, painted: for pictures of a call. */

/** Colours and features of each; the one that speaks moves the mouth. */
export const SITTERS = [
  { name: 'Amara Okafor', wall: '#d8c3a5', shade: '#8e6f4e', skin: '#6b4430',
    hair: '#1d1512', shirt: '#f2b632', style: 'curls', prop: 'plant' },
  { name: 'Jonas Lindqvist', wall: '#9fb8c8', shade: '#506a7d', skin: '#f1c9ae',
    hair: '#c58a4a', shirt: '#2f4858', style: 'short', prop: 'shelf' },
  { name: 'Mei Tanaka', wall: '#c9b6d9', shade: '#6d5688', skin: '#f0cfa8',
    hair: '#17131a', shirt: '#b3404a', style: 'long', prop: 'lamp' },
  { name: 'Rafael Costa', wall: '#b9cfae', shade: '#5c7a56', skin: '#c08a62',
    hair: '#2d2019', shirt: '#e9e4d8', style: 'beard', prop: 'window' },
];

/**
 * Runs in a page before any other script: camera and microphone of one sitter.
 * Only one that `speaks` gives sound.
 */
export function sit({ who, index, speaks }) {
  const [width, height] = [640, 360];
  const canvas = Object.assign(document.createElement('canvas'),
    { width, height });
  const paint = canvas.getContext('2d');
  const blob = (colour, x, y, rx, ry) => {
    paint.fillStyle = colour;
    paint.beginPath();
    paint.ellipse(x, y, rx, ry, 0, 0, 7);
    paint.fill();
  };
  const box = (colour, x, y, w, h, round = 0) => {
    paint.fillStyle = colour;
    paint.beginPath();
    paint.roundRect(x, y, w, h, round);
    paint.fill();
  };
  const props = {
    plant: () => {
      box('#a8563a', 520, 250, 66, 70, 8);
      for (let leaf = -3; leaf <= 3; leaf++) {
        paint.save();
        paint.translate(553, 256);
        paint.rotate(leaf * 0.38);
        blob('#47724a', 0, -58, 15, 62);
        paint.restore();
      }
    },
    shelf: () => {
      const spines = ['#c8553d', '#f2d0a4', '#588b8b', '#2d3142', '#e8a87c'];
      for (const y of [96, 196]) {
        box('#5a4032', 440, y, 170, 9);
        spines.forEach((colour, n) =>
          box(colour, 452 + n * 27, y - 62 + (n % 3) * 8, 22, 62 - (n % 3) * 8));
      }
    },
    lamp: () => {
      blob('rgb(255 226 160 / 45%)', 118, 128, 128, 118);
      box('#3d3348', 113, 150, 9, 210);
      box('#ffdf9b', 76, 96, 84, 62, 18);
    },
    window: () => {
      box('#f5f1e6', 46, 34, 168, 206, 6);
      box('#a9d4ea', 58, 46, 68, 182);
      box('#a9d4ea', 134, 46, 68, 182);
      blob('#7da76c', 96, 236, 60, 40);
      box('#f5f1e6', 40, 228, 180, 16, 4);
    },
  };
  const hairBehind = (x) => {
    if (who.style === 'long') {
      blob(who.hair, x, 168, 80, 96);
      box(who.hair, x - 80, 168, 160, 126, 40);
    }
    if (who.style === 'curls') {
      for (let n = 0; n < 9; n++) {
        const turn = Math.PI * (0.92 + n * 0.145);
        blob(who.hair, x + Math.cos(turn) * 66, 150 + Math.sin(turn) * 70, 34, 34);
      }
    }
  };
  const draw = () => {
    const now = performance.now() / 1000;
    const x = width / 2 + Math.sin(now / 1.7 + index * 2) * 5 -
      (who.prop === 'shelf' || who.prop === 'plant' ? 60 : -40);
    const wall = paint.createLinearGradient(0, 0, width, height);
    wall.addColorStop(0, who.wall);
    wall.addColorStop(1, who.shade);
    paint.fillStyle = wall;
    paint.fillRect(0, 0, width, height);
    props[who.prop]();
    hairBehind(x);
    box(who.skin, x - 24, 218, 48, 66, 18);
    blob(who.shirt, x, 372, 152, 106);
    blob(who.skin, x, 272, 34, 20);
    blob(who.skin, x, 166, 60, 76);
    // The hair falls from the top of the head to the brow.
    paint.save();
    paint.beginPath();
    paint.rect(0, 0, width, who.style === 'short' ? 132 : 138);
    paint.clip();
    blob(who.hair, x, 158, 65, 80);
    paint.restore();
    if (who.style === 'beard') {
      paint.save();
      paint.beginPath();
      paint.rect(0, 186, width, 80);
      paint.clip();
      blob(who.hair, x, 168, 61, 80);
      paint.restore();
      blob(who.skin, x, 178, 40, 32);
    }
    const blink = (now + index) % 4 < 0.12 ? 1 : 7;
    for (const side of [-1, 1]) {
      blob('#fff', x + side * 23, 166, 10, blink);
      blob('#2a1d18', x + side * 23, 166, 5, Math.min(5, blink));
      box(who.hair, x + side * 23 - 13, 148, 26, 5, 3);
    }
    const open = speaks ? 5 + Math.abs(Math.sin(now * 7)) * 8 : 4;
    blob('#8c3b3b', x, 210, 18, open);
  };
  draw();
  setInterval(draw, 200);
  const voice = () => {
    const sound = new AudioContext();
    const out = sound.createMediaStreamDestination();
    const gain = new GainNode(sound, { gain: speaks ? 0.3 : 0 });
    const tone = new OscillatorNode(sound, { frequency: 220 });
    tone.connect(gain).connect(out);
    tone.start();
    return out.stream.getAudioTracks()[0];
  };
  navigator.mediaDevices.getUserMedia = async ({ audio, video }) =>
    new MediaStream([...(audio ? [voice()] : []),
      ...(video ? [canvas.captureStream(5).getVideoTracks()[0]] : [])]);
}
