import { browser } from '../../../base/browser';
import { saveFile } from '../../../ui/save-file';

/** Where a large file is written to, piece by piece. */
export interface SaveTarget {
  /** Takes everything a stream gives; rejects when that fails or is aborted, and leaves no half file then. */
  take(stream: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<void>;
}

/** As much of the File System Access API as is used; no library of TypeScript knows it yet. */
interface PickedFile {
  createWritable(): Promise<WritableStream<Uint8Array>>;
}
interface FilePicker {
  showSaveFilePicker(options: {
    suggestedName: string;
    types: { description: string; accept: Record<string, string[]> }[];
  }): Promise<PickedFile>;
}

/** What is collected is handed to the browser in such pieces, bytes, which it may keep on disk. */
const PIECE = 8 * 2 ** 20;

/**
 * Asks where to save a file. On secure pages of browsers that can, people choose a place and the file is written
 * there as it comes; elsewhere it is collected, on disk where the browser sees fit, and then downloaded.
 * @returns `null` when somebody closed the browser's dialog.
 */
export async function openTarget(name: string, type: string): Promise<SaveTarget | null> {
  if (!browser.saveFilePicker) {
    return collected(name, type);
  }
  try {
    const ending = /\.\w+$/.exec(name)?.[0] ?? '';
    const file = await (globalThis as unknown as FilePicker).showSaveFilePicker({
      suggestedName: name,
      types: [{ description: ending.slice(1).toUpperCase(), accept: { [type]: [ending] } }],
    });
    return {
      take: async (stream, signal) => stream.pipeTo(await file.createWritable(), { signal }),
    };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') {
      return null;
    }
    throw error;
  }
}

function collected(name: string, type: string): SaveTarget {
  return {
    take: async (stream, signal) => {
      const pieces: Blob[] = [];
      let chunks: BlobPart[] = [];
      let size = 0;
      const close = (): void => {
        pieces.push(new Blob(chunks));
        chunks = [];
        size = 0;
      };
      const sink = new WritableStream<Uint8Array>({
        write(chunk) {
          chunks.push(chunk as BlobPart);
          size += chunk.length;
          if (size >= PIECE) {
            close();
          }
        },
      });
      await stream.pipeTo(sink, { signal });
      close();
      saveFile(new Blob(pieces, { type }), name);
    },
  };
}
