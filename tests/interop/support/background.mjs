/** What the page sends of a camera with another background. */

import { waitFor } from './wait.mjs';

/** Keeps these settings in the browser before the page reads them. */
export const keepSettings = (values) => [(kept) => {
  if (sessionStorage.getItem('settings-kept')) return;
  sessionStorage.setItem('settings-kept', 'yes');
  localStorage.setItem('troupe.settings', JSON.stringify(kept));
}, values];

/**
 * How many of a hundred points of the sent camera (`where` is "sent") or of the
 * other's tile ("seen") have the colour of the picture at that address; 0
 * without a picture.
 */
export function likeness({ page }, where, address) {
  return page.evaluate(async (what, url) => {
    const track = window.connections.flatMap((x) => x.getSenders())
      .map((x) => x.track).find((x) => x?.kind === 'video');
    let video = document.querySelector('.tile:not([data-self]) video');
    if (what === 'sent') {
      if (!track) return 0;
      if (window.watchedTrack !== track) {
        window.watchedTrack = track;
        window.watchVideo = Object.assign(document.createElement('video'),
          { muted: true, srcObject: new MediaStream([track]) });
      }
      video = window.watchVideo;
      await video.play().catch(() => undefined);
    }
    if (!video?.videoWidth) return 0;
    const [width, height] = [160, 90];
    const pixels = (draw) => {
      const canvas = Object.assign(document.createElement('canvas'),
        { width, height });
      const paint = canvas.getContext('2d');
      draw(paint);
      return paint.getImageData(0, 0, width, height).data;
    };
    const image = new Image(1280, 720);
    image.src = url;
    await image.decode();
    // A picture covers the camera's, in its own proportions.
    const scale = Math.max(video.videoWidth / 1280, video.videoHeight / 720);
    const [w, h] = [video.videoWidth / scale, video.videoHeight / scale];
    const wanted = pixels((paint) => paint.drawImage(image,
      (1280 - w) / 2, (720 - h) / 2, w, h, 0, 0, width, height));
    const found = pixels((paint) =>
      paint.drawImage(video, 0, 0, width, height));
    let alike = 0;
    for (let point = 0; point < 100; point++) {
      const x = Math.floor((point % 10 + 0.5) * width / 10);
      const y = Math.floor((Math.floor(point / 10) + 0.5) * height / 10);
      const at = 4 * (y * width + x);
      const far = [0, 1, 2].map((i) => Math.abs(wanted[at + i] - found[at + i]));
      if (Math.max(...far) < 32) alike++;
    }
    return alike;
  }, where, address);
}

/** The address of a built picture, by its name. */
export async function pictureAddress(server, files, name) {
  const file = files.find((x) => x.startsWith(`${name}-`) && x.endsWith('.svg'));
  return `${server.url}/assets/${file}`;
}

/** The camera's menu: chooses the entry with that text. */
export async function chooseBackground({ page }, title) {
  await page.locator('button[aria-label="Choose camera"]').click();
  await page.locator(`.menu-item ::-p-text(${title})`).click();
}

export const untilLike = (visitor, where, address) =>
  waitFor(`the picture that is ${where}`, async () =>
    await likeness(visitor, where, address) >= 85, 30_000);

export const untilUnlike = (visitor, where, address) =>
  waitFor(`the plain camera that is ${where}`, async () =>
    await likeness(visitor, where, address) < 30, 30_000);
