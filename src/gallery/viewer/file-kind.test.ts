import { expect, it } from 'vitest';
import { fileKind } from './file-kind';

it.each([
  ['caption.txt', 'text'],
  ['data.JSON', 'text'],
  ['mesh.glb', 'model'],
  ['scan.PLY', 'model'],
  ['page.html', 'page'],
  ['page.HTM', 'page'],
  ['page.xhtml', 'page'],
  ['notes.txt.html', 'page'],
  ['page.html.txt', 'text'],
  ['latent.latent', 'file'],
  ['no-ending', 'file'],
])('%s is shown as %s', (name, kind) => expect(fileKind(name)).toBe(kind));
