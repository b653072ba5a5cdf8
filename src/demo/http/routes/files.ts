import { readdir, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import type { EngineState } from '../../engine-state';
import { folderOfType } from '../../files/folders';
import { maskSaver } from '../../files/mask-upload';
import { saveAsIs, storeUpload, type SaveUpload } from '../../files/upload';
import { viewFile } from '../../files/view';
import { MOST_BODY_BYTES } from '../body';
import { readForm, spoolFiles, type Form } from '../multipart';
import { json, type Answer } from '../responses';
import type { Router } from '../router';

/** Uploads, /view and /internal/files (API notes §2.2). */
export function addFileRoutes(router: Router, state: EngineState): void {
  router.add('POST', '/upload/image', ({ request }) => upload(request, state, () => saveAsIs));
  router.add('POST', '/upload/mask', ({ request }) =>
    upload(request, state, (form) =>
      state.faults.maskSilent200 ? () => Promise.resolve() : maskSaver(form, state.folders),
    ),
  );
  router.add('GET', '/view', ({ request, query }) => {
    const dest = request.headers['sec-fetch-dest'];
    return viewFile(query, typeof dest === 'string' ? dest : undefined, state.folders, state.era);
  });
  if (state.era.listsFiles) {
    router.addBare('GET', '/internal/files/{directory_type}', ({ params }) =>
      listFiles(params.directory_type ?? '', state),
    );
  }
}

const CUT_AFTER_BYTES = 4096;

async function upload(
  request: IncomingMessage,
  state: EngineState,
  saver: (form: Form) => SaveUpload,
): Promise<Answer> {
  const form = await readForm(request, {
    spoolFolder: state.folders.spool,
    mostBytes: MOST_BODY_BYTES,
    onBytes: (received) => {
      const total = Number(request.headers['content-length'] ?? CUT_AFTER_BYTES);
      if (state.faults.abortUploads && received >= Math.min(CUT_AFTER_BYTES, total / 2)) {
        request.socket.destroy();
      }
    },
  });
  try {
    return await storeUpload(form, state.folders, saver(form), state.era.knowsBytes);
  } finally {
    await Promise.all(spoolFiles(form).map((file) => rm(file, { force: true })));
  }
}

async function listFiles(type: string, state: EngineState): Promise<Answer> {
  const folder = folderOfType(state.folders, type);
  if (folder === null) {
    return json({ error: 'Invalid directory type' }, 400);
  }
  const { annotatedFiles } = state.era;
  const entries = (await readdir(folder, { withFileTypes: true })).filter(
    (entry) => entry.isFile() && !(annotatedFiles && entry.name.startsWith('.')),
  );
  const dated = await Promise.all(
    entries.map(async ({ name }) => ({ name, time: (await stat(path.join(folder, name))).mtimeMs })),
  );
  dated.sort((a, b) => b.time - a.time);
  return json(dated.map(({ name }) => (annotatedFiles ? `${name} [${type}]` : name)));
}
