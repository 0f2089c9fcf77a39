/** The worker that puts a backdrop behind the person, picture by picture. */

import { FrameTimes } from './budget';
import { Compositor } from './compositor';
import type { FromWorker, StartMessage, ToWorker } from './messages';
import { Segmenter } from './segmenter';

/** What TypeScript's types of a window do not have. */
const scope = self as unknown as {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
};

const PACE_MS = 500;
/** How often hidden pages give a picture where there are no streams. */
const WANTED_MS = 200;

let compositor: Compositor | undefined;
let delayMs = 0;
let began = false;
const times = new FrameTimes();

scope.onmessage = ({ data }) => {
  handle(data).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    scope.postMessage({ type: 'failed', reason });
  });
};

async function handle(message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'start': return start(message);
    case 'backdrop':
      if (compositor) {
        closeBackdrop(compositor);
        compositor.backdrop = message.backdrop;
      }
      return;
    case 'picture': return answer(message.picture);
  }
}

async function start(message: StartMessage): Promise<void> {
  const segmenter = await Segmenter.load(message.wasm, message.model);
  compositor = new Compositor(segmenter, message.backdrop);
  delayMs = message.delayMs;
  scope.postMessage({ type: 'ready' });
  setInterval(tellPace, PACE_MS);
  if (message.streams) await pump(message.streams);
  else setInterval(() => scope.postMessage({ type: 'wanted' }), WANTED_MS);
}

/** Takes each picture of the camera until it ends. */
async function pump(
  { readable, writable }: NonNullable<StartMessage['streams']>,
): Promise<void> {
  const reader = readable.getReader();
  const writer = writable.getWriter();
  for (;;) {
    const { value: frame, done } = await reader.read();
    if (done) break;
    try {
      const canvas = await compose(frame,
        frame.displayWidth, frame.displayHeight);
      const { timestamp } = frame;
      await writer.write(new VideoFrame(canvas, { timestamp, alpha: 'discard' }));
    } finally {
      frame.close();
    }
    tellBegin();
  }
  await writer.close();
}

/** Sends back the picture that the page has sent. */
async function answer(from: ImageBitmap): Promise<void> {
  const canvas = await compose(from, from.width, from.height);
  from.close();
  const picture = canvas.transferToImageBitmap();
  scope.postMessage({ type: 'made', picture }, [picture]);
  tellBegin();
}

async function compose(
  source: VideoFrame | ImageBitmap, width: number, height: number,
): Promise<OffscreenCanvas> {
  if (!compositor) throw new Error('A picture came before the model');
  const fromMs = performance.now();
  const canvas = compositor.compose(source, width, height);
  if (delayMs > 0) {
    await new Promise((resolve) => { setTimeout(resolve, delayMs); });
  }
  const nowMs = performance.now();
  times.add(nowMs - fromMs, nowMs);
  return canvas;
}

function tellBegin(): void {
  if (began) return;
  began = true;
  scope.postMessage({ type: 'began' });
}

function tellPace(): void {
  scope.postMessage({ type: 'pace', pace: times.pace(performance.now()) });
}

function closeBackdrop({ backdrop }: Compositor): void {
  if (backdrop.kind === 'picture') backdrop.picture.close();
}
