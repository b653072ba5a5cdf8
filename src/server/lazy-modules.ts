import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** The English catalogues whose file names begin so. */
function inCatalogue(...names: readonly string[]): RegExp {
  return new RegExp(`/src/i18n/en/(?:${names.join('|')})`);
}

/**
 * Modules a first visit to the gallery must not load: other rooms, dialogs, and the libraries only they use. The
 * budget in e2e/bench says how much may be loaded; this says at once which import broke it.
 */
export const LAZY_MODULES: readonly RegExp[] = [
  // The page takes dropped files before the editor is there.
  /\/src\/editor\/(?!picture\/(?:file-intake\.svelte\.ts|import-file\.ts|IntakeHint\.svelte))/,
  /\/src\/workflows\/(?!(?:recipe-title|recipe-registry\.svelte|wording)\.ts)/,
  /\/src\/queue\//,
  /\/src\/sharing\//,
  /\/src\/comfy\/(?:metadata\/|(?:object-info|graph-seeds|strip-metadata|workflow-seeds)\.ts$)/,
  /\/src\/jobs\/(?:(?:shelf|estimate|sources)\/|server\/(?:forget-gone|history-walk|queue-verbs|read-words)\.ts$)/,
  /\/src\/jobs\/marks\/(?!marks\.ts)/,
  /\/src\/gallery\/(?:viewer|details)\/.*\.svelte$/,
  /\/src\/gallery\/(?:folders|library|lineage|menu|selection)\//,
  /\/src\/gallery\/compare\/(?!compare-address\.ts)/,
  /\/src\/gallery\/marks\/(?!organise\.svelte\.ts)/,
  /\/src\/(?:gallery|jobs\/library)\/search\//,
  // Of the catalogues only what the first screen says.
  /\/src\/i18n\/zh-cn\//,
  inCatalogue(
    'compare',
    'dialogs',
    'edit',
    'errand',
    'families',
    'form',
    'inpaint',
    'library',
    'lineage',
    'organise',
    'prompt',
    'queue-room',
    'search',
    'selection',
    'sharing',
    'sources',
    'steering',
    'surgery',
    'tools',
    'viewer',
    'workflow',
  ),
  /\/src\/app\/(?:CommandPalette|ShortcutSheet|SettingsDialog|Wildcard\w+|Toasts|QueryScope|LiveMeters)\.svelte/,
  /\/node_modules\/(?:client-zip|konva|bits-ui|svelte-sonner|uqr|@tanstack)\//,
];

/**
 * Modules the guest's page never loads, not even on demand: everything that is the owner's, and libraries whose
 * size its pictures would wait for.
 */
export const OWNERS_MODULES: readonly RegExp[] = [
  /\/src\/(?:main\.ts|App\.svelte|(?:app|jobs|gallery|queue|editor|workflows|sharing)\/)/,
  /\/src\/i18n\/(?:index\.svelte\.ts|(?:en|zh-cn)\/(?!guest\.ts))/,
  /\/node_modules\/(?:konva|bits-ui|svelte-sonner|svelte-spa-router|valibot|lossless-json|idb|@tanstack)\//,
];

/** What a page may load. */
export interface PageLimits {
  /** Modules that may not load with it. */
  lazy: readonly RegExp[];
  /** Modules that may not load at all. */
  never: readonly RegExp[];
  /** The most that may load with it, kB (1000 bytes) of gzipped JavaScript. */
  firstLoad: number;
}

/**
 * The limits of the owner's app and of the guest's page, each built by itself. The budgets of e2e/bench count
 * differently: also what comes on demand before the first picture is shown.
 */
export const PAGES = {
  app: { lazy: LAZY_MODULES, never: [], firstLoad: 113 },
  guest: { lazy: [/\/src\/i18n\/zh-cn\//], never: OWNERS_MODULES, firstLoad: 60 },
} satisfies Record<string, PageLimits>;

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

function among(chunks: Iterable<BuiltChunk>, forbidden: readonly RegExp[]): string[] {
  return [...chunks]
    .flatMap(({ moduleIds }) => moduleIds.map((id) => id.replaceAll('\\', '/')))
    .filter((id) => forbidden.some((pattern) => pattern.test(id)));
}

/** The modules among the forbidden ones that load with an entry of the build, by their ids. */
export function eagerModules(chunks: BuiltChunks, forbidden: readonly RegExp[]): string[] {
  return among(eagerChunks(chunks), forbidden);
}

/** What loads with an entry of the build, in kB (1000 bytes), each file gzipped. */
export function eagerSize(chunks: BuiltChunks): number {
  return eagerChunks(chunks).reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0) / 1000;
}

/**
 * What is wrong with a built page, in a sentence: a module that is to load on demand loads with it, one that is
 * to stay out is in it, or too much of anything loads. `null` when nothing is.
 */
export function faultOf(chunks: BuiltChunks, { lazy, never, firstLoad }: PageLimits): string | null {
  const where = '(src/server/lazy-modules.ts)';
  const eager = eagerModules(chunks, lazy);
  if (eager.length > 0) {
    return `These modules must load on demand, but load with the page ${where}:\n${eager.join('\n')}`;
  }
  const foreign = among(chunks.values(), never);
  if (foreign.length > 0) {
    return `These modules must not be part of this page ${where}:\n${foreign.join('\n')}`;
  }
  const size = eagerSize(chunks);
  return size > firstLoad
    ? `${size.toFixed(1)} kB of JavaScript load with the page, more than ${firstLoad} kB ${where}: import what the first screen does not need on demand.`
    : null;
}

/** Fails a build whose page loads what it should not. */
export function keepLazy(limits: PageLimits): Plugin {
  return {
    name: 'darkroom-keep-lazy',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      // After Vite has written into the chunks what each import on demand loads with it.
      order: 'post',
      handler(_, bundle) {
        const chunks = new Map(
          Object.entries(bundle).flatMap(([file, part]) => (part.type === 'chunk' ? [[file, part]] : [])),
        );
        const fault = faultOf(chunks, limits);
        if (fault !== null) {
          this.error(fault);
        }
      },
    },
  };
}
