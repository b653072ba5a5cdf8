import type { FastifyInstance, FastifyReply } from 'fastify';

import * as v from 'valibot';

import type {
  LibraryAsked,
  LibraryDelete,
  LibraryEmpty,
  LibraryFolder,
  LibraryMove,
  LibraryRestore,
} from '../../ports/library-wire';
import type { Library } from './library';
import { noLibrary, refuse } from './refuse';

/** Files that are moved by one request, and the most it may weigh, bytes. */
const MOST_FILES = 2_000;
const LIST_BYTES = 4 * 1024 * 1024;

const pathSchema = v.object({ tree: v.string(), path: v.string() });
const askedSchema: v.GenericSchema<unknown, LibraryAsked> = v.object({ files: list(pathSchema) });
const trashSchema: v.GenericSchema<unknown, LibraryRestore & LibraryEmpty> = v.object({
  trash: list(v.string()),
});
const deleteSchema: v.GenericSchema<unknown, LibraryDelete> = v.object({ files: list(pathSchema) });
const moveSchema: v.GenericSchema<unknown, LibraryMove> = v.object({
  moves: list(
    v.object({ tree: v.string(), from: v.string(), to: v.string(), toTree: v.optional(v.string()) }),
  ),
});
const folderSchema: v.GenericSchema<unknown, LibraryFolder> = pathSchema;

/** The owner's routes that change the folders, with `--allow-delete`: see `library-wire.ts`. */
export function changeRoutes(app: FastifyInstance, library: Library | null): void {
  const post = <T>(
    path: string,
    schema: v.GenericSchema<unknown, T>,
    ask: string,
    run: (asked: T) => Promise<object> | null | undefined,
  ): void => {
    app.post(`/darkroom/library/${path}`, { bodyLimit: LIST_BYTES }, (request, reply) => {
      const asked = v.safeParse(schema, request.body);
      return asked.success ? answer(reply, run(asked.output)) : refuse(reply, 400, 'malformed', ask);
    });
  };
  const asDeleting = `Name up to ${MOST_FILES} files as deleting them did.`;

  app.get('/darkroom/library/trash', (_request, reply) => answer(reply, library?.trash()));
  post('delete', deleteSchema, `Name up to ${MOST_FILES} files by tree and path.`, ({ files }) =>
    library?.remove(files),
  );
  post('restore', trashSchema, asDeleting, ({ trash }) => library?.restore(trash));
  post('empty', trashSchema, asDeleting, ({ trash }) => library?.empty(trash));
  post('move', moveSchema, `Name up to ${MOST_FILES} moves by tree, from and to.`, ({ moves }) =>
    library?.move(moves),
  );
  post('folder', folderSchema, 'Name a folder by tree and path.', (path) => library?.makeFolder(path));
}

/** The route that tells which files are certainly not there: see `library-wire.ts`. */
export function missingRoute(app: FastifyInstance, library: Library | null): void {
  app.post('/darkroom/library/missing', { bodyLimit: LIST_BYTES }, async (request, reply) => {
    const asked = v.safeParse(askedSchema, request.body);
    if (!asked.success) {
      return refuse(reply, 400, 'malformed', `Name up to ${MOST_FILES} files by tree and path.`);
    }
    const missing = await library?.missing(asked.output.files);
    return missing ? reply.header('Cache-Control', 'no-store').send(missing) : noLibrary(reply);
  });
}

async function answer(reply: FastifyReply, work: Promise<object> | null | undefined): Promise<FastifyReply> {
  return work
    ? reply.header('Cache-Control', 'no-store').send(await work)
    : refuse(
        reply,
        403,
        'read_only',
        'Darkroom only reads these folders. Start it with --allow-delete to delete and move files from here.',
      );
}

function list<T>(schema: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, T[]> {
  return v.pipe(v.array(schema), v.maxLength(MOST_FILES));
}
