/** Where a picture goes that is to cover a place. Pure. */

export interface Size {
  width: number;
  height: number;
}

/** The picture in its own proportions, centred; what is too much is cut off. */
export function coverBox(
  picture: Size,
  place: Size,
): Size & { x: number; y: number } {
  const scale = Math.max(
    place.width / picture.width, place.height / picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return {
    x: (place.width - width) / 2, y: (place.height - height) / 2, width, height,
  };
}

/** The size of a picture that has no more than `most`; none is enlarged. */
export function scaleDown(picture: Size, most: Size): Size {
  const scale = Math.min(
    1, most.width / picture.width, most.height / picture.height);
  return {
    width: Math.max(1, Math.round(picture.width * scale)),
    height: Math.max(1, Math.round(picture.height * scale)),
  };
}
