/** A picture that no codec can make small: it fills a path as a call does. */

const WIDTH = 640;
const HEIGHT = 360;
const FRAMES_PER_SECOND = 15;

export interface TestPicture {
  track: MediaStreamTrack;
  stop(): void;
}

export function openTestPicture(): TestPicture {
  const canvas = Object.assign(document.createElement('canvas'),
    { width: WIDTH, height: HEIGHT });
  const paint = canvas.getContext('2d')!;
  const grain = makeGrain();
  const draw = () => {
    // One grain, each time elsewhere: cheap to draw, costly to encode.
    const x = -Math.floor(Math.random() * WIDTH);
    const y = -Math.floor(Math.random() * HEIGHT);
    paint.drawImage(grain, x, y);
  };
  draw();
  const timer = setInterval(draw, 1000 / FRAMES_PER_SECOND);
  const track = canvas.captureStream(FRAMES_PER_SECOND).getVideoTracks()[0]!;
  return {
    track,
    stop: () => {
      clearInterval(timer);
      track.stop();
    },
  };
}

/** Noise of twice the picture's width and height. */
function makeGrain(): HTMLCanvasElement {
  const grain = Object.assign(document.createElement('canvas'),
    { width: WIDTH * 2, height: HEIGHT * 2 });
  const paint = grain.getContext('2d')!;
  const image = paint.createImageData(grain.width, grain.height);
  for (let i = 0; i < image.data.length; i += 4) {
    image.data.fill(Math.random() * 256, i, i + 3);
    image.data[i + 3] = 255;
  }
  paint.putImageData(image, 0, 0);
  return grain;
}
