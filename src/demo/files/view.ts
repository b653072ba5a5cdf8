import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { readPngHeader } from '../../comfy/png';
import type { EraTraits } from '../era';
import { empty, type Answer } from '../http/responses';
import { decodePixels, encodePng, fromRaw, toRgb, type Pixels } from '../pixels/codec';
import { folderOfType, isInside, readAnnotated, type Folders } from './folders';
import { guessType, headerText, isActiveType } from './mime';

/** GET /view, check by check (API notes §2.2). */
export async function viewFile(
  query: URLSearchParams,
  fetchDest: string | undefined,
  folders: Folders,
  era: EraTraits,
): Promise<Answer> {
  const found = locate(query, folders, era);
  if (typeof found === 'number') {
    return empty(found);
  }
  const info = await stat(found.file).catch(() => null);
  if (!info?.isFile()) {
    return empty(404);
  }
  const preview = query.get('preview');
  if (preview !== null) {
    return previewAnswer(found, preview, query.get('channel') ?? '');
  }
  switch (query.get('channel')) {
    case 'rgb':
      return rgbAnswer(found);
    case 'a':
      return alphaAnswer(found);
    default:
      return fileAnswer(found, fetchDest, era);
  }
}

interface Found {
  file: string;
  name: string;
}

function locate(query: URLSearchParams, folders: Folders, era: EraTraits): Found | number {
  const filename = query.get('filename');
  if (filename === null || (era.jobsApi && filename.startsWith('blake3:'))) {
    return 404;
  }
  const { name, folder: annotated } = readAnnotated(folders, filename);
  if (name === '' || name.startsWith('/') || name.includes('..')) {
    return 400;
  }
  const folder = annotated ?? folderOfType(folders, query.get('type') ?? 'output');
  if (folder === null) {
    return 400;
  }
  const subfolder = query.get('subfolder') ?? '';
  if (!isInside(folder, path.resolve(folder, subfolder))) {
    return 403;
  }
  // In Python the basename of "dir/" is empty, so this requests the folder itself, which is not a file.
  const base = name.slice(name.lastIndexOf('/') + 1);
  // The path is used as written: `x/..` fails where there is no x.
  return { file: joinAsWritten(folder, subfolder, base), name: base };
}

function joinAsWritten(folder: string, subfolder: string, name: string): string {
  const inFolder = path.isAbsolute(subfolder) ? subfolder : `${folder}/${subfolder}`;
  return `${inFolder}/${name}`;
}

async function previewAnswer({ file, name }: Found, preview: string, channel: string): Promise<Answer> {
  const [wanted = '', ...rest] = preview.split(';');
  const format = wanted === 'jpeg' && !channel.includes('a') ? 'jpeg' : 'webp';
  const last = rest.at(-1) ?? wanted;
  const quality = /^\d+$/.test(last) ? Math.min(100, Math.max(1, Number(last))) : 90;
  const pixels = await decodePixels(file);
  const plain = format === 'jpeg' || channel === 'rgb';
  const image = plain
    ? fromRaw(toRgb(pixels), pixels.width, pixels.height, 3)
    : fromRaw(pixels.data, pixels.width, pixels.height, pixels.channels);
  const body = await (format === 'jpeg' ? image.jpeg({ quality }) : image.webp({ quality })).toBuffer();
  return pictureAnswer(body, `image/${format}`, name);
}

async function rgbAnswer({ file, name }: Found): Promise<Answer> {
  const pixels = await decodePixels(file);
  const png = await encodePng(toRgb(pixels), pixels.width, pixels.height, 3, 6);
  return pictureAnswer(png, 'image/png', name);
}

async function alphaAnswer({ file, name }: Found): Promise<Answer> {
  const bytes = await readFile(file);
  const pixels = await decodePixels(bytes);
  const out = new Uint8Array(pixels.width * pixels.height * 4);
  const own = isPlainRgba(bytes, pixels);
  for (let at = 3; at < out.length; at += 4) {
    out[at] = own ? (pixels.data[at] ?? 255) : 255;
  }
  return pictureAnswer(await encodePng(out, pixels.width, pixels.height, 4, 6), 'image/png', name);
}

/** Whether Pillow would open the file in mode RGBA; palettes and grey with alpha do not count. */
function isPlainRgba(bytes: Uint8Array, pixels: Pixels): boolean {
  const header = readPngHeader(bytes);
  return header ? header.colorType === 6 : pixels.channels === 4;
}

function pictureAnswer(body: Uint8Array, type: string, name: string): Answer {
  return {
    status: 200,
    headers: { 'Content-Type': type, 'Content-Disposition': `filename="${headerText(name)}"` },
    body,
  };
}

/** Before 2026 scripts slipped through under their older media type. */
function oldType(type: string): string {
  return type === 'text/javascript' ? 'application/javascript; charset=utf-8' : type;
}

function fileAnswer({ file, name }: Found, fetchDest: string | undefined, era: EraTraits): Answer {
  const type = guessType(name) ?? 'application/octet-stream';
  if (!era.hardened) {
    const hidden = ['text/html', 'application/xhtml+xml', 'text/css'].includes(type);
    return {
      status: 200,
      headers: {
        'Content-Disposition': `filename="${headerText(name)}"`,
        'Content-Type': hidden ? 'application/octet-stream' : oldType(type),
      },
      body: null,
      file,
    };
  }
  const safeName = headerText(name.replaceAll('\\', '\\\\').replaceAll('"', '\\"'));
  const active = isActiveType(type);
  const inline = !active || (type === 'image/svg+xml' && fetchDest === 'image');
  return {
    status: 200,
    headers: {
      'X-Content-Type-Options': 'nosniff',
      ...(active ? { Vary: 'Sec-Fetch-Dest', 'Cache-Control': 'no-store' } : {}),
      'Content-Disposition': inline ? `filename="${safeName}"` : `attachment; filename="${safeName}"`,
      'Content-Type': inline ? type : 'application/octet-stream',
    },
    body: null,
    file,
  };
}
