import type { FileRef } from '../../comfy/file-ref';
import type { LibraryVerbs } from '../../ports/library.svelte';
import type { LibraryMove, LibraryMoved, LibraryPath } from '../../ports/library-wire';
import type { OutputLibrary } from '../library/output-library.svelte';
import type { LibraryClient } from './library-client';
import type { LibraryJoin } from './library-join';
import type { LibraryPaths } from './library-paths';

export interface LibraryVerbsOptions {
  client: LibraryClient;
  items: Pick<OutputLibrary, 'setGone'>;
  paths: LibraryPaths;
  join: Pick<LibraryJoin, 'welcome'>;
}

/** What people do with the files of a library, as the server is told and the gallery shows it. */
export function libraryVerbs(options: LibraryVerbsOptions): LibraryVerbs {
  const { client, paths } = options;
  return {
    delete: (files) => deleteFiles(options, files),
    restore: (files) => restoreFiles(options, files),
    trash: async () =>
      (await client.trash()).map(({ tree, ...rest }) => ({
        ...rest,
        path: paths.pathIn(tree, rest.path),
        file: paths.refOfPath(tree, rest.path),
      })),
    empty: (trash) => client.empty([...trash]),
    move: (moves) =>
      client.move(moves.map(({ from, to }) => moveOf(paths.placeOfPath(from), paths.placeOfPath(to)))),
    makeFolder: async (path) => {
      const [result] = await client.makeFolder(paths.placeOfPath(path));
      return result ?? { ok: false, why: 'failed', message: '' };
    },
  };
}

function moveOf(from: LibraryPath, to: LibraryPath): LibraryMove['moves'][number] {
  const move = { tree: from.tree, from: from.path, to: to.path };
  return from.tree === to.tree ? move : { ...move, toTree: to.tree };
}

async function deleteFiles(
  { client, items, paths }: LibraryVerbsOptions,
  files: readonly FileRef[],
): ReturnType<LibraryVerbs['delete']> {
  items.setGone(files, true);
  try {
    const results = await client.delete(files.map((ref) => paths.pathOf(ref)));
    items.setGone(
      files.filter((_, i) => !results[i]?.ok),
      false,
    );
    return results;
  } catch (error) {
    items.setGone(files, false);
    throw error;
  }
}

async function restoreFiles(
  { client, items, join }: LibraryVerbsOptions,
  files: Parameters<LibraryVerbs['restore']>[0],
): ReturnType<LibraryVerbs['restore']> {
  const refs = (wanted: boolean, results: LibraryMoved['results']): FileRef[] =>
    files.flatMap(({ file }, i) => (file && (results[i]?.ok ?? false) === wanted ? [file] : []));
  // The news of them may be here before the answer.
  const unwelcome = join.welcome(refs(false, []));
  let results: LibraryMoved['results'] = [];
  try {
    results = await client.restore(files.map(({ trash }) => trash));
    return results;
  } finally {
    unwelcome(refs(false, results));
    items.setGone(refs(true, results), false);
  }
}
