/** Reads QR codes, as a phone would: from what is on the screen. */

import jsQR from 'jsqr';

/** The text of the code in an element; undefined if none can be read. */
export async function readCode(page, selector) {
  const element = await page.$(selector);
  const picture = await element.screenshot({ encoding: 'base64' });
  const { data, width, height } = await page.evaluate(async (encoded) => {
    const octets = Uint8Array.from(atob(encoded), (one) => one.charCodeAt(0));
    const bitmap = await createImageBitmap(
      new Blob([octets], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
      .getContext('2d');
    canvas.drawImage(bitmap, 0, 0);
    const image = canvas.getImageData(0, 0, bitmap.width, bitmap.height);
    return { ...image, width: image.width, height: image.height,
      data: [...image.data] };
  }, picture);
  return jsQR(Uint8ClampedArray.from(data), width, height)?.data;
}
