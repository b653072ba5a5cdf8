import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { FileRef } from '../comfy/file-ref';
import { errandFor, errandRoute, type MaskErrand, readErrand, returnMask, takeMask } from './mask-errand';

const PICTURE: FileRef = { filename: 'a b&c=ü.png', subfolder: 'x/y', type: 'input' };
const MASKED: FileRef = { filename: 'darkroom-1-2.png', subfolder: 'clipspace', type: 'input' };
const ERRAND: MaskErrand = {
  form: '/workflows/open/job?id=1&filename=a.png&subfolder=&type=output',
  title: 'Sky & sea',
  node: '57:30',
  path: 'image',
  mask: null,
};

function queryOf(route: string): URLSearchParams {
  return new URLSearchParams(route.split('?').slice(1).join('?'));
}

function memory(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

beforeEach(() => {
  vi.stubGlobal('sessionStorage', memory());
  vi.stubGlobal('localStorage', memory());
});

describe('an errand', () => {
  it.each([ERRAND, { ...ERRAND, mask: MASKED }])('comes back from its address', (errand) => {
    const query = queryOf(errandRoute(PICTURE, errand));
    expect(readErrand(query)).toEqual(errand);
    expect([query.get('filename'), query.get('subfolder')]).toEqual([PICTURE.filename, PICTURE.subfolder]);
  });

  it.each(['/gallery', '//elsewhere.example/', 'https://elsewhere.example/workflows/open/', ''])(
    'leads to forms only, not to %j',
    (form) => {
      expect(readErrand(queryOf(errandRoute(PICTURE, { ...ERRAND, form })))).toBeNull();
    },
  );

  it('needs an input', () => {
    expect(readErrand(queryOf(errandRoute(PICTURE, { ...ERRAND, path: '' })))).toBeNull();
  });
});

describe('a painted mask', () => {
  it('reaches the form that asked, once', () => {
    returnMask(ERRAND, MASKED, PICTURE);
    expect(takeMask('/workflows/open/form?id=another')).toBeNull();
    expect(takeMask(ERRAND.form)).toEqual({ form: ERRAND.form, node: '57:30', path: 'image', file: MASKED });
    expect(takeMask(ERRAND.form)).toBeNull();
  });

  it('is painted on again over the picture it was made for', () => {
    const { mask: _, ...errand } = ERRAND;
    expect(queryOf(errandFor(MASKED, errand)).get('filename')).toBe(MASKED.filename);
    returnMask(ERRAND, MASKED, PICTURE);
    const query = queryOf(errandFor(MASKED, errand));
    expect(query.get('filename')).toBe(PICTURE.filename);
    expect(readErrand(query)?.mask).toEqual(MASKED);
  });

  it('is forgotten when what is stored is something else', () => {
    sessionStorage.setItem('darkroom.returned-mask', '{"form":1}');
    expect(takeMask(ERRAND.form)).toBeNull();
  });
});
