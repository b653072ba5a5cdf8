import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERAS, holdsIn, parseEra, SINCE, traitsOf } from './era';

describe('eras', () => {
  it('keep what came with them', () => {
    for (const fact of Object.keys(SINCE) as (keyof typeof SINCE)[]) {
      const held = ERAS.map((era) => holdsIn(fact, era));
      expect([fact, held]).toEqual([fact, held.toSorted((a, b) => Number(a) - Number(b))]);
      expect([fact, held[ERAS.indexOf(SINCE[fact])]]).toEqual([fact, true]);
    }
  });

  it('have the version their servers tell', () => {
    expect(ERAS.map((era) => traitsOf(era).version !== null)).toEqual(
      ERAS.map((era) => traitsOf(era).tellsVersion),
    );
  });

  it('are read as people type them', () => {
    expect(ERAS.map(parseEra)).toEqual(ERAS);
    expect(parseEra('2023-01')).toBeNull();
  });
});

describe('docs/eras.md', () => {
  const text = readFileSync(new URL('../../docs/eras.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)` +\| (\d{4}-\d{2}) +\|/gm)].map(([, fact, since]) => [
    fact,
    since,
  ]);

  it('says since when each fact holds', () => {
    expect(rows.length).toBeGreaterThan(15);
    for (const [fact = '', since] of rows) {
      expect([fact, since]).toEqual([fact, (SINCE as Record<string, string>)[fact]]);
    }
  });

  it('names every era', () => {
    expect(new Set(rows.map(([, since]) => since))).toEqual(new Set(ERAS.slice(1)));
  });
});
