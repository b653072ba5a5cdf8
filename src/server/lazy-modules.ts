import type { Plugin } from 'vite';

/**
 * Modules a first visit to the gallery must not load: other rooms, dialogs, and the libraries only they use. The
 * budget in e2e/bench says how much may be loaded; this says at once which import broke it.
 */
export const LAZY_MODULES: readonly RegExp[] = [
  // The page takes dropped files before the editor is there.
  /\/src\/editor\/(?!picture\/(?:file-intake\.svelte\.ts|import-file\.ts|IntakeHint\.svelte))/,
  /\/src\/workflows\/(?!(?:recipe-title|recipe-registry\.svelte|run-again|wording)\.ts)/,
  /\/src\/comfy\/object-info\.ts$/,
  /\/src\/gallery\/(?:viewer|details)\/.*\.svelte$/,
  /\/src\/app\/(?:CommandPalette|ShortcutSheet|SettingsDialog|Toasts)\.svelte/,
  /\/src\/i18n\/(?:zh-cn\/|en\/(?:dialogs|editor|edits|families|inpaint|surgery|tools|workflows))/,
  /\/node_modules\/(?:konva|bits-ui|svelte-sonner)\//,
];

/** As much of a chunk of the build as is needed here. */
export interface BuiltChunk {
  isEntry: boolean;
  /** File names of the chunks that load with it. */
  imports: readonly string[];
  /** Ids (absolute paths) of the modules whose code is in it. */
  moduleIds: readonly string[];
}

/** The modules among the forbidden ones that load with an entry of the build, by their ids. */
export function eagerModules(
  chunks: ReadonlyMap<string, BuiltChunk>,
  forbidden: readonly RegExp[],
): string[] {
  // A set grows while it is walked.
  const files = new Set([...chunks].filter(([, { isEntry }]) => isEntry).map(([file]) => file));
  const found: string[] = [];
  for (const file of files) {
    const chunk = chunks.get(file);
    chunk?.imports.forEach((next) => files.add(next));
    const ids = (chunk?.moduleIds ?? []).map((id) => id.replaceAll('\\', '/'));
    found.push(...ids.filter((id) => forbidden.some((pattern) => pattern.test(id))));
  }
  return found;
}

/** Fails a build in which a module that is to load on demand loads with the page. */
export function keepLazy(forbidden: readonly RegExp[]): Plugin {
  return {
    name: 'darkroom-keep-lazy',
    apply: 'build',
    generateBundle(_, bundle) {
      const chunks = new Map(
        Object.entries(bundle).flatMap(([file, part]) => (part.type === 'chunk' ? [[file, part]] : [])),
      );
      const eager = eagerModules(chunks, forbidden);
      if (eager.length > 0) {
        this.error(
          `These modules must load on demand, but load with the page (src/server/lazy-modules.ts):\n${eager.join('\n')}`,
        );
      }
    },
  };
}
