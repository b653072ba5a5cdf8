import path from 'node:path';

const TYPES: Record<string, string> = {
  png: 'image/png',
  apng: 'image/apng',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  jpe: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  avif: 'image/avif',
  heic: 'image/heic',
  ico: 'image/vnd.microsoft.icon',
  svg: 'image/svg+xml',
  mp4: 'video/mp4',
  webm: 'video/webm',
  mkv: 'video/x-matroska',
  mov: 'video/quicktime',
  wav: 'audio/x-wav',
  mp3: 'audio/mpeg',
  flac: 'audio/flac',
  opus: 'audio/opus',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  json: 'application/json',
  html: 'text/html',
  htm: 'text/html',
  xhtml: 'application/xhtml+xml',
  css: 'text/css',
  js: 'text/javascript',
  mjs: 'text/javascript',
  xml: 'text/xml',
  xsl: 'application/xml',
  rdf: 'application/xml',
  rss: 'application/rss+xml',
  mht: 'message/rfc822',
  mhtml: 'message/rfc822',
  eml: 'message/rfc822',
  pdf: 'application/pdf',
  zip: 'application/zip',
  glb: 'model/gltf-binary',
};

/** Type by extension; `null` when unknown. */
export function guessType(filename: string): string | null {
  return TYPES[path.extname(filename).slice(1).toLowerCase()] ?? null;
}

const ACTIVE = new Set([
  'text/html',
  'application/xhtml+xml',
  'text/javascript',
  'text/css',
  'image/svg+xml',
  'application/xml',
  'text/xml',
  'message/rfc822',
]);

/** Whether a browser might run what the file holds (API notes §2.2, GET /view). */
export function isActiveType(type: string): boolean {
  return ACTIVE.has(type) || type.endsWith('+xml') || type.endsWith('/xml');
}

/** Header values are bytes: non-ASCII names are sent as UTF-8. */
export function headerText(text: string): string {
  return Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(/[\r\n]/g, ' ');
}
