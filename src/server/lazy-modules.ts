import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/**
 * Modules a first visit to the gallery must not load: other rooms, dialogs, and the libraries only they use. The
 * budget in e2e/bench says how much may be loaded; this says at once which import broke it.
 */
export const LAZY_MODULES: readonly RegExp[] = [
  // The page takes dropped files before the editor is there.
  /\/src\/editor\/(?!picture\/(?:file-intake\.svelte\.ts|import-file\.ts|IntakeHint\.svelte))/,
  /\/src\/workflows\/(?!(?:recipe-title|recipe-registry\.svelte|run-again|wording)\.ts)/,
  /\/src\/queue\//,
  /\/src\/comfy\/(?:object-info|graph-seeds|strip-metadata|workflow-seeds)\.ts$/,
  /\/src\/jobs\/(?:shelf|estimate)\//,
  /\/src\/comfy\/(?:object-info|graph-seeds|workflow-seeds)\.ts$/,
  /\/src\/gallery\/(?:viewer|details)\/.*\.svelte$/,
  /\/src\/i18n\/(?:zh-cn\/|en\/(?:dialogs|edit|families|form|inpaint|organise|prompt|search|surgery|tools|viewer|workflow))/,
  /\/src\/gallery\/compare\/(?!compare-address\.ts)/,
  /\/src\/i18n\/(?:zh-cn\/|en\/(?:compare|dialogs|edit|families|form|inpaint|prompt|search|surgery|tools|viewer|workflow))/,
  /\/src\/gallery\/(?:lineage\/|compare\/(?!compare-address\.ts))/,
  /\/src\/i18n\/(?:zh-cn\/|en\/(?:compare|dialogs|edit|families|form|inpaint|lineage|prompt|search|surgery|tools|viewer|workflow))/,
  /\/src\/i18n\/(?:zh-cn\/|en\/(?:dialogs|edit|families|form|inpaint|prompt|search|sources|surgery|tools|viewer|workflow))/,
  /\/src\/app\/(?:CommandPalette|ShortcutSheet|SettingsDialog|Toasts|QueryScope|LiveMeters)\.svelte/,
  /\/node_modules\/(?:konva|bits-ui|svelte-sonner|@tanstack)\//,
  /\/src\/(?:gallery|jobs\/library)\/search\//,
  /\/src\/gallery\/marks\/(?!organise\.svelte\.ts)/,
  /\/src\/jobs\/marks\/(?!marks\.ts)/,
  /\/src\/jobs\/sources\//,
  /\/src\/comfy\/metadata\//,
];

/**
 * The most that may load with the page, kB (1000 bytes) of gzipped JavaScript. The budget of e2e/bench is larger:
 * it also counts what comes on demand before the first picture is shown.
 */
const FIRST_LOAD = 105;

/** As much of a chunk of the build as is needed here. */
export interface BuiltChunk {
  isEntry: boolean;
  /** File names of the chunks that load with it. */
  imports: readonly string[];
  /** Ids (absolute paths) of the modules whose code is in it. */
  moduleIds: readonly string[];
  code: string;
}

/** The chunks of a build, by file name. */
export type BuiltChunks = ReadonlyMap<string, BuiltChunk>;

/** The chunks that load with an entry of the build, the entries included. */
function eagerChunks(chunks: BuiltChunks): BuiltChunk[] {
  // A set grows while it is walked.
  const files = new Set([...chunks].filter(([, { isEntry }]) => isEntry).map(([file]) => file));
  for (const file of files) {
    chunks.get(file)?.imports.forEach((next) => files.add(next));
  }
  return [...files].flatMap((file) => chunks.get(file) ?? []);
}

/** The modules among the forbidden ones that load with an entry of the build, by their ids. */
export function eagerModules(chunks: BuiltChunks, forbidden: readonly RegExp[]): string[] {
  return eagerChunks(chunks)
    .flatMap(({ moduleIds }) => moduleIds.map((id) => id.replaceAll('\\', '/')))
    .filter((id) => forbidden.some((pattern) => pattern.test(id)));
}

/** What loads with an entry of the build, in kB (1000 bytes), each file gzipped. */
export function eagerSize(chunks: BuiltChunks): number {
  return eagerChunks(chunks).reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0) / 1000;
}

/** Fails a build in which a module that is to load on demand loads with the page, or too much of anything does. */
export function keepLazy(forbidden: readonly RegExp[], limit = FIRST_LOAD): Plugin {
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
      const size = eagerSize(chunks);
      if (size > limit) {
        this.error(
          `${size.toFixed(1)} kB of JavaScript load with the page, more than ${limit} kB (src/server/lazy-modules.ts): import what the first screen does not need on demand.`,
        );
      }
    },
  };
}
