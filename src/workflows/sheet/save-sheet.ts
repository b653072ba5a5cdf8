import { report } from '../../base/report';
import type { PictureSource } from '../../comfy/picture-source';
import { t } from '../../i18n/index.svelte';
import type { ThumbStore } from '../../jobs/thumbs/thumb-store.svelte';
import { saveFile } from '../../ui/save-file';
import { complain } from '../../ui/toasts.svelte';
import { drawSheet, type DrawnCell } from './draw-sheet';
import { type Sheet } from './sheet';
import type { SheetCell } from './sheet-cell';
import { cellReason } from './sheet-words';

/** What is drawn at a place: the picture itself, of a video its thumbnail, else why there is none. */
export function drawnCell(cell: SheetCell, pictures: PictureSource, thumbs: ThumbStore): DrawnCell {
  const { item } = cell;
  if (!item) {
    return { words: cellReason(cell) };
  }
  if (item.output.media === 'image' && !item.replaced) {
    return { url: pictures.url(item.output.ref) };
  }
  const thumb = thumbs.thumb(item).state;
  return thumb.status === 'ready' ? { url: thumb.url } : { words: item.output.ref.filename };
}

/** Draws a sheet and hands it over as a PNG; says so where that fails. */
export async function saveSheet(
  { columns, rows }: Pick<Sheet, 'columns' | 'rows'>,
  { title, file, aspect }: { title: string; file: string; aspect: number },
  cellAt: (x: number, y: number) => DrawnCell,
): Promise<void> {
  try {
    const drawn = { title, columns: columns.labels, rows: rows?.labels ?? null, aspect };
    // eslint-disable-next-line no-control-regex
    const name = file.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, '_').trim();
    saveFile(await drawSheet(drawn, cellAt), `${name}.png`);
  } catch (error) {
    report(error, 'sheet.save');
    complain(t('lineage.sheet.downloadFailed'));
  }
}
