import './lint/shared-types.js';

import { readFileSync } from 'node:fs';

import js from '@eslint/js';
import { createNodeResolver, flatConfigs as importX } from 'eslint-plugin-import-x';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import noSilentCatch from './lint/no-silent-catch.js';

/** What a room may import. */
const ROOM = ['base', 'comfy', 'ports', 'jobs', 'workflows', 'ui', 'i18n'];

/**
 * Who may import whom inside src/. A folder that is not named in `mayImport` is closed to it.
 * Rooms never import each other: they meet through routes and commands.
 */
const MAY_IMPORT = {
  base: [],
  comfy: ['base'],
  ui: ['base'],
  i18n: ['base', 'comfy'],
  ports: ['base', 'comfy'],
  jobs: ['base', 'comfy', 'ports'],
  workflows: ['base', 'comfy', 'ports', 'jobs', 'ui', 'i18n'],
  gallery: ROOM,
  queue: ROOM,
  editor: ROOM,
  sharing: ROOM,
  guest: ['base', 'comfy', 'ports', 'ui', 'i18n'],
  app: [...ROOM, 'gallery', 'queue', 'editor', 'sharing'],
  // And the editor's pure parts, see below.
  demo: ['comfy', 'editor'],
  server: ['comfy', 'demo', 'ports'],
  cli: ['base', 'comfy', 'workflows'],
};
const FOLDERS = Object.keys(MAY_IMPORT);

/** Names that exist only in a secure context. A plain-http LAN page must work without them. */
const SECURE_ONLY = [
  {
    object: 'crypto',
    property: 'randomUUID',
    message: 'Use randomUuid() from comfy/uuid: absent on http LAN.',
  },
  { object: 'crypto', property: 'subtle', message: 'Absent on plain-http LAN pages.' },
  {
    object: 'navigator',
    property: 'clipboard',
    message: 'Use copyText() from ui/clipboard: absent on http LAN.',
  },
  { object: 'navigator', property: 'storage', message: 'Absent on plain-http LAN pages.' },
  { object: 'navigator', property: 'locks', message: 'Absent on plain-http LAN pages.' },
  { object: 'navigator', property: 'serviceWorker', message: 'Absent on plain-http LAN pages.' },
  { object: 'navigator', property: 'gpu', message: 'Absent on plain-http LAN pages.' },
];

/** Names of the global object, by which a global could be reached past the rules about its bare name. */
const GLOBAL_OBJECTS = ['globalThis', 'window', 'self', 'frames'];

/** `globalThis.crypto` and the like: by its bare name, SECURE_ONLY sees what is used of it. */
const BARE_ONLY = GLOBAL_OBJECTS.flatMap((object) =>
  [...new Set(SECURE_ONLY.map((known) => known.object))].map((property) => ({
    object,
    property,
    message: `Write ${property}: not all of it exists on plain-http LAN pages, and lint checks the bare name.`,
  })),
);

/** Walls inside the editor: the mask is pure data, and knows nothing of what shows, paints or keeps it. */
const EDITOR_WALLS = [
  {
    target: ['./src/editor/mask', './src/editor/select'],
    from: ['stage', 'tools', 'session', 'drafts'].map((folder) => `./src/editor/${folder}`),
    message: 'src/editor/mask and src/editor/select are pure: nothing that shows, paints or keeps masks.',
  },
];

/** The Workflows room lies in the folder of what all rooms share, and is a room all the same. */
const ROOM_WALLS = [
  {
    target: ['gallery', 'queue', 'editor', 'sharing', 'cli'].map((folder) => `./src/${folder}`),
    from: './src/workflows/room',
    message: 'src/workflows/room is a room: others meet it through routes and commands.',
  },
];

const walls = FOLDERS.map((folder) => ({
  target: `./src/${folder}`,
  from: FOLDERS.filter((other) => other !== folder && !MAY_IMPORT[folder].includes(other)).map(
    (other) => `./src/${other}`,
  ),
  message: `src/${folder} may import only ${MAY_IMPORT[folder].join(', ') || 'packages'}.`,
}));

walls.push({
  target: './src/demo',
  from: './src/editor',
  except: ['./mask', './select'],
  message: 'src/demo may import only the pure parts of the editor, src/editor/mask and src/editor/select.',
});

walls.push({
  target: './src/server',
  from: './src/demo',
  except: ['./index.ts'],
  message: 'src/server may import only the public entry of the demo, src/demo/index.ts.',
});

/**
 * Rules that need types, and their settings. In scripts oxlint checks them, in a fifth of the time; it cannot read
 * components, where ESLint does.
 */
const TYPED = Object.fromEntries(
  Object.entries(JSON.parse(readFileSync(new URL('.oxlintrc.json', import.meta.url), 'utf8')).rules).map(
    ([name, setting]) => [name.replace('typescript/', '@typescript-eslint/'), setting],
  ),
);

export default ts.config(
  { ignores: ['dist', 'node_modules', 'coverage', 'test-results', 'playwright-report', '.cache'] },
  js.configs.recommended,
  ...ts.configs.recommendedTypeChecked,
  ...svelte.configs.recommended,
  importX.typescript,
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.node },
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js'] },
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    settings: {
      'import-x/ignore': ['node_modules'],
      'import-x/resolver-next': [
        createNodeResolver({ extensions: ['.ts', '.svelte.ts', '.js', '.svelte', '.json'] }),
      ],
    },
    rules: {
      ...TYPED,
      curly: ['error', 'all'],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-properties': ['error', ...SECURE_ONLY, ...BARE_ONLY],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'svelte/button-has-type': 'error',
      'svelte/no-at-html-tags': 'error',
      'svelte/no-navigation-without-resolve': 'off',
    },
  },
  {
    files: ['src/**'],
    plugins: importX.typescript.plugins,
    rules: {
      'import-x/no-restricted-paths': [
        'error',
        { basePath: import.meta.dirname, zones: [...walls, ...EDITOR_WALLS, ...ROOM_WALLS] },
      ],
    },
  },
  {
    files: [
      'src/main.ts',
      'src/{app,comfy,editor,gallery,guest,i18n,jobs,ports,queue,sharing,ui,workflows}/**',
    ],
    ignores: ['**/*.test.ts'],
    plugins: { local: { rules: { 'no-silent-catch': noSilentCatch } } },
    rules: {
      'local/no-silent-catch': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'CallExpression[callee.name="report"]:not([arguments.1.type="Literal"])',
          message: 'The context of a report is a constant: reports are copied into public bug reports.',
        },
        {
          selector: 'CallExpression[callee.name=/^reporting(As)?$/]:not([arguments.0.type="Literal"])',
          message: 'The context of a report is a constant: reports are copied into public bug reports.',
        },
        {
          selector: 'AwaitExpression:not(:function AwaitExpression)',
          message:
            'WebKit hands out a module imported twice before it has run when one it depends on awaits at its top level.',
        },
      ],
    },
  },
  {
    // comfy/ and the pure parts of workflows/ also run in Node and in workers: no DOM, no Svelte.
    files: [
      'src/comfy/**',
      'src/base/**',
      'src/editor/mask/**',
      'src/workflows/{convert,form,prompt}/**',
      'src/workflows/input-values.ts',
    ],
    ignores: ['src/base/stored.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        {
          globals: ['document', 'window', 'localStorage', 'sessionStorage', 'HTMLElement'],
          checkGlobalObject: true,
          globalObjects: GLOBAL_OBJECTS,
        },
      ],
      'no-restricted-imports': ['error', { patterns: [{ group: ['svelte', 'svelte/*', 'konva'] }] }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      // Markup expressions reach the linter as any; svelte-check sees their real types.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      'max-lines': ['error', { max: 200, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['**/*.svelte.ts'],
    rules: {
      'max-lines': 'off',
      // Big data stays out of proxies: plain collections with a `rev` rune beside them.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: false } },
    // By name: a rule about types that oxlint was not told of fails here for want of them.
    rules: Object.fromEntries(Object.keys(TYPED).map((name) => [name, 'off'])),
  },
  { files: ['**/*.js'], ...ts.configs.disableTypeChecked },
);
