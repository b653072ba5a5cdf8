import { displayPath, type FileRef } from '../../comfy/file-ref';
import { t } from '../../i18n/index.svelte';
import { isFileAway } from '../marks/away';

/** Why a file that the server does not give cannot be shown. Reactive: its drive may come back. */
export function missingWords(file: FileRef): { title: string; text: string } {
  const name = { file: displayPath(file) };
  if (isFileAway(file)) {
    return { title: t('gallery.viewer.missing.awayTitle'), text: t('gallery.viewer.missing.away', name) };
  }
  return {
    title: t('gallery.viewer.missing.title'),
    text: t(file.type === 'temp' ? 'gallery.viewer.missing.temporary' : 'gallery.viewer.missing.text', name),
  };
}
