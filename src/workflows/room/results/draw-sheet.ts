import type { SweepNote } from '../desk/desk-db';

/** Where everything of a sheet goes, px. */
export interface SheetLayout {
  width: number;
  height: number;
  /** Edge of a picture's square. */
  cell: number;
  /** Room for labels at the left and at the top. */
  left: number;
  top: number;
}

const GAP = 8;
const LABEL = 28;
const ROW_LABEL = 180;
/** Browsers refuse larger canvases, or draw nothing on them. */
const LONGEST = 8000;

/** Lays out a sheet: pictures in squares as large as fit the longest canvas, at most 512 px. */
export function layoutSheet(columns: number, rows: number, hasRowLabels: boolean): SheetLayout {
  const left = hasRowLabels ? ROW_LABEL : GAP;
  const top = 2 * LABEL;
  const across = Math.max(columns, 1);
  const down = Math.max(rows, 1);
  const cell = Math.max(
    32,
    Math.floor(Math.min(512, (LONGEST - left) / across - GAP, (LONGEST - top) / down - GAP)),
  );
  return { width: left + across * (cell + GAP), height: top + down * (cell + GAP), cell, left, top };
}

/**
 * Draws the sheet of a sweep as a PNG: a picture for each pair of values, the values beside them.
 * @param urlAt address of a picture; `null` where there is none.
 * @throws when a picture does not load.
 */
export async function drawSheet(
  axes: SweepNote['axes'],
  urlAt: (x: number, y: number) => string | null,
): Promise<Blob> {
  const columns = axes[0]?.labels ?? [];
  const rows = axes[1]?.labels ?? [''];
  const layout = layoutSheet(columns.length, rows.length, axes.length > 1);
  const canvas = document.createElement('canvas');
  canvas.width = layout.width;
  canvas.height = layout.height;
  const context = canvas.getContext('2d');
  if (!context) {
    throw new Error('no canvas');
  }
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, layout.width, layout.height);
  context.fillStyle = '#191919';
  context.textBaseline = 'middle';
  context.font = '600 15px system-ui, sans-serif';
  context.fillText(axes.map(({ name }) => name).join(' × '), GAP, LABEL / 2, layout.width - 2 * GAP);
  context.font = '14px system-ui, sans-serif';
  const place = (x: number, y: number): [number, number] => [
    layout.left + x * (layout.cell + GAP),
    layout.top + y * (layout.cell + GAP),
  ];
  columns.forEach((label, x) => context.fillText(label, place(x, 0)[0], LABEL * 1.5, layout.cell));
  if (axes.length > 1) {
    rows.forEach((label, y) =>
      context.fillText(label, GAP, place(0, y)[1] + layout.cell / 2, layout.left - 2 * GAP),
    );
  }
  for (const [y] of rows.entries()) {
    for (const [x] of columns.entries()) {
      const url = urlAt(x, y);
      if (url !== null) {
        drawInto(context, await load(url), ...place(x, y), layout.cell);
      }
    }
  }
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no PNG'))), 'image/png');
  });
}

async function load(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

/** The whole picture, centred in its square. */
function drawInto(
  context: CanvasRenderingContext2D,
  image: HTMLImageElement,
  x: number,
  y: number,
  edge: number,
): void {
  const { naturalWidth: width, naturalHeight: height } = image;
  const scale = Math.min(edge / width, edge / height);
  context.drawImage(
    image,
    x + (edge - width * scale) / 2,
    y + (edge - height * scale) / 2,
    width * scale,
    height * scale,
  );
}
