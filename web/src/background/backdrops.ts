/** Loads what is drawn behind the person. */

import { addressOf, lookOf } from './looks';
import type { Backdrop } from './messages';
import { ownPicture } from './own_picture';

/**
 * What the setting stands for, but for "none". A picture that is gone is
 * replaced by the strong blur. Throws if a picture cannot be loaded.
 */
export async function loadBackdrop(id: string): Promise<Backdrop> {
  const look = lookOf(id);
  if (look.kind === 'picture') {
    return picture(await drawn(addressOf(look.picture.file)));
  }
  if (look.kind === 'own') {
    const kept = await ownPicture();
    if (kept) return picture(await createImageBitmap(kept));
  }
  const { strength } = lookOf(look.kind === 'blur' ? id : 'blur') as
    { strength: number };
  return { kind: 'blur', strength };
}

function picture(bitmap: ImageBitmap): Backdrop {
  return { kind: 'picture', picture: bitmap };
}

/** Browsers make no bitmap of a drawing (SVG): it is painted first. */
async function drawn(address: string): Promise<ImageBitmap> {
  const image = new Image(1280, 720);
  image.src = address;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'),
    { width: 1280, height: 720 });
  canvas.getContext('2d')!.drawImage(image, 0, 0, 1280, 720);
  return createImageBitmap(canvas);
}
