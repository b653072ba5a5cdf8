import { wrapText } from './wrap-text';

/** Where everything of a sheet goes, px. */
export interface SheetLayout {
  width: number;
  height: number;
  /** A picture's box. */
  cell: { width: number; height: number };
  /** Room for labels at the left and at the top. */
  left: number;
  top: number;
}

/** What a sheet that is drawn says beside its pictures. */
export interface DrawnSheet {
  title: string;
  columns: readonly string[];
  /** `null` where one input was swept: then there is one row without a label. */
  rows: readonly string[] | null;
  /** Width of a picture by its height. */
  aspect: number;
}

/** What is drawn at a place: a picture by its address, or the words in its stead. */
export type DrawnCell = { url: string } | { words: string };

const GAP = 8;
const TITLE = 36;
const LINE = 20;
const ROW_LABEL = 180;
/** Lines a label may have; what is longer ends in an ellipsis. */
const MOST_LINES = 4;
/** Browsers refuse larger canvases, or draw nothing on them. */
const LONGEST = 8000;
const BEST = 512;
const LEAST = 32;
const FONT = '14px system-ui, sans-serif';

/** Lays out a sheet: pictures as large as fit the longest canvas, their longer side at most 512 px. */
export function layoutSheet(
  columns: number,
  rows: number,
  { hasRowLabels, lines = 1, aspect = 1 }: { hasRowLabels: boolean; lines?: number; aspect?: number },
): SheetLayout {
  const left = hasRowLabels ? ROW_LABEL : GAP;
  const top = TITLE + lines * LINE + GAP;
  const across = Math.max(columns, 1);
  const down = Math.max(rows, 1);
  const shape = Math.min(8, Math.max(1 / 8, aspect));
  const most = Math.min(
    shape < 1 ? BEST * shape : BEST,
    (LONGEST - left) / across - GAP,
    ((LONGEST - top) / down - GAP) * shape,
  );
  const cell = {
    width: Math.max(LEAST, Math.floor(most)),
    height: Math.max(LEAST, Math.floor(most / shape)),
  };
  return {
    width: left + across * (cell.width + GAP),
    height: top + down * (cell.height + GAP),
    ...{ cell, left, top },
  };
}

/**
 * Draws the sheet of a sweep as a PNG: a picture for each pair of values, the values beside them.
 * @throws when a picture does not load.
 */
export async function drawSheet(
  { title, columns, rows, aspect }: DrawnSheet,
  cellAt: (x: number, y: number) => DrawnCell,
): Promise<Blob> {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (!context) {
    throw new Error('no canvas');
  }
  const wrap = (text: string, width: number): string[] => {
    context.font = FONT;
    return wrapText(text, width, MOST_LINES, (part) => context.measureText(part).width);
  };
  const shape = { hasRowLabels: rows !== null, aspect };
  const across = layoutSheet(columns.length, rows?.length ?? 1, shape).cell.width;
  const lines = Math.max(1, ...columns.map((label) => wrap(label, across).length));
  const layout = layoutSheet(columns.length, rows?.length ?? 1, { ...shape, lines });
  const { cell, left, top } = layout;
  canvas.width = layout.width;
  canvas.height = layout.height;
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, layout.width, layout.height);
  context.textBaseline = 'middle';
  const write = (text: readonly string[], x: number, y: number, width: number): void =>
    text.forEach((line, i) => context.fillText(line, x, y + (i + 0.5) * LINE, width));
  context.fillStyle = '#191919';
  context.font = '600 16px system-ui, sans-serif';
  context.fillText(title, GAP, TITLE / 2, layout.width - 2 * GAP);
  context.font = FONT;
  const place = (x: number, y: number): [number, number] => [
    left + x * (cell.width + GAP),
    top + y * (cell.height + GAP),
  ];
  columns.forEach((label, x) => write(wrap(label, cell.width), place(x, 0)[0], TITLE, cell.width));
  rows?.forEach((label, y) => {
    const text = wrap(label, left - 2 * GAP);
    const middle = place(0, y)[1] + cell.height / 2;
    write(text, GAP, Math.max(top, middle - (text.length * LINE) / 2), left - 2 * GAP);
  });
  for (const [y] of (rows ?? ['']).entries()) {
    for (const [x] of columns.entries()) {
      const drawn = cellAt(x, y);
      const [at, down] = place(x, y);
      if ('url' in drawn) {
        drawInto(context, await load(drawn.url), at, down, cell);
      } else {
        context.fillStyle = '#efefef';
        context.fillRect(at, down, cell.width, cell.height);
        context.fillStyle = '#5c5c5c';
        context.font = FONT;
        write(wrap(drawn.words, cell.width - 2 * GAP), at + GAP, down + GAP, cell.width - 2 * GAP);
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

/** The whole picture, centred in its box. */
function drawInto(
  context: CanvasRenderingContext2D,
  image: HTMLImageElement,
  x: number,
  y: number,
  box: { width: number; height: number },
): void {
  const { naturalWidth: width, naturalHeight: height } = image;
  const scale = Math.min(box.width / width, box.height / height);
  context.drawImage(
    image,
    x + (box.width - width * scale) / 2,
    y + (box.height - height * scale) / 2,
    width * scale,
    height * scale,
  );
}
