import { describe, expect, it } from 'vitest';
import { type Place, placeRoute, readPlace } from './place';

function roundTrip(place: Place): Place | null {
  const [location = '', query = ''] = placeRoute(place).split('?');
  return readPlace(location, query);
}

describe('the address of a form', () => {
  it.each<Place>([
    { kind: 'form', id: 'a1' },
    { kind: 'kept', id: 'b2' },
    { kind: 'job', id: 'c3', file: null },
    { kind: 'job', id: 'c3', file: { filename: 'a b&c=ü.png', subfolder: 'x/y', type: 'temp' } },
    { kind: 'server', path: 'sub folder/flux #1.json' },
    { kind: 'blueprint', id: '351ac7b0b13f' },
    { kind: 'template', pack: '', name: 'image_z' },
    { kind: 'template', pack: 'My-Pack', name: 'one' },
  ])('%j comes back from it', (place) => {
    expect(roundTrip(place)).toEqual(place);
  });

  it.each([
    ['/workflows', ''],
    ['/workflows/open/form', ''],
    ['/workflows/open/server', 'path='],
    ['/workflows/open/nonsense', 'id=1'],
    ['/workflows/open', 'id=1'],
  ])('%s?%s names no form', (location, query) => {
    expect(readPlace(location, query)).toBeNull();
  });

  it('takes an unknown folder for the output folder', () => {
    expect(readPlace('/workflows/open/job', 'id=1&filename=a.png&type=etc')).toMatchObject({
      file: { filename: 'a.png', subfolder: '', type: 'output' },
    });
  });
});
