/** The part of a picture that covers a box, with the rest cut off equally on both sides, px of the picture. */
export function coveringPart(
  picture: { width: number; height: number },
  box: { width: number; height: number },
): { x: number; y: number; width: number; height: number } {
  const scale = Math.min(picture.width / box.width, picture.height / box.height);
  const [width, height] = [box.width * scale, box.height * scale];
  return { x: (picture.width - width) / 2, y: (picture.height - height) / 2, width, height };
}

/** Draws a picture so that it covers a canvas at the screen's resolution; null clears it. */
export function coverWith(canvas: HTMLCanvasElement, picture: ImageBitmap | null): void {
  canvas.width = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
  canvas.height = Math.max(1, Math.round(canvas.clientHeight * devicePixelRatio));
  const context = canvas.getContext('2d');
  // A closed bitmap has no size.
  if (context && picture && picture.width > 0) {
    const { x, y, width, height } = coveringPart(picture, canvas);
    context.imageSmoothingQuality = 'high';
    context.drawImage(picture, x, y, width, height, 0, 0, canvas.width, canvas.height);
  }
}
