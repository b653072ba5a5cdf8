import { createReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { routerError, type Answer } from './responses';

/** Writes a response; HEAD gets only the headers. */
export async function writeAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
): Promise<void> {
  if (answer.file !== undefined) {
    await writeFileAnswer(request, response, answer, answer.file);
    return;
  }
  const body = answer.body ?? new Uint8Array();
  response.writeHead(answer.status, answer.reason, {
    ...answer.headers,
    ...(answer.status === 204 ? {} : { 'Content-Length': body.length }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function writeFileAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  file: string,
): Promise<void> {
  const info = await stat(file).catch(() => null);
  if (!info?.isFile()) {
    await writeAnswer(request, response, routerError(404));
    return;
  }
  const etag = fileTag(info);
  const headers = {
    ...answer.headers,
    ETag: `"${etag}"`,
    'Last-Modified': info.mtime.toUTCString(),
    'Accept-Ranges': 'bytes',
  };
  if (isUnchanged(request, etag, info)) {
    const { 'Content-Type': _type, ...rest } = headers as Record<string, string | string[]>;
    response.writeHead(304, rest).end();
    return;
  }
  const range = readRange(request, etag, info);
  if (range === 'unsatisfiable') {
    response
      .writeHead(416, { ...headers, 'Content-Range': `bytes */${info.size}`, 'Content-Length': 0 })
      .end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: info.size - 1 };
  response.writeHead(range ? 206 : 200, {
    ...headers,
    'Content-Length': end - start + 1,
    ...(range ? { 'Content-Range': `bytes ${start}-${end}/${info.size}` } : {}),
  });
  if (request.method === 'HEAD' || end < start) {
    response.end();
    return;
  }
  // The client may disconnect at any time; that is not an error.
  await pipeline(createReadStream(file, { start, end }), response).catch(() => response.destroy());
}

/** aiohttp's tag: modification time in ns and size, in hex. */
function fileTag(info: Stats): string {
  return `${BigInt(Math.round(info.mtimeMs * 1e6)).toString(16)}-${info.size.toString(16)}`;
}

function isUnchanged(request: IncomingMessage, etag: string, info: Stats): boolean {
  const tags = request.headers['if-none-match'];
  if (tags !== undefined) {
    return tags
      .split(',')
      .some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === `"${etag}"`);
  }
  const since = Date.parse(request.headers['if-modified-since'] ?? '');
  return Math.floor(info.mtimeMs / 1000) * 1000 <= since;
}

type Range = { start: number; end: number };

function readRange(request: IncomingMessage, etag: string, info: Stats): Range | 'unsatisfiable' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '');
  if (!match || (match[1] === '' && match[2] === '') || !rangeStillHolds(request, etag, info)) {
    return null;
  }
  const last = info.size - 1;
  if (match[1] === '') {
    return { start: Math.max(0, info.size - Number(match[2])), end: last };
  }
  const start = Number(match[1]);
  const end = match[2] === '' ? last : Math.min(Number(match[2]), last);
  return start > last || end < start ? 'unsatisfiable' : { start, end };
}

function rangeStillHolds(request: IncomingMessage, etag: string, info: Stats): boolean {
  const condition = request.headers['if-range'];
  if (typeof condition !== 'string') {
    return true;
  }
  return condition === `"${etag}"` || Date.parse(condition) >= Math.floor(info.mtimeMs / 1000) * 1000;
}
