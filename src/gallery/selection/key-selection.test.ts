import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Keyed, type KeyedList, KeySelection } from './key-selection';

/** Everything there is, and of that a list which can change or be replaced. */
class World implements KeyedList {
  existing = new Map<string, Keyed>();
  listed: Keyed[] = [];

  get length(): number {
    return this.listed.length;
  }

  at(position: number): Keyed | undefined {
    return this.listed.at(position);
  }

  slice(from: number, to?: number): Keyed[] {
    return this.listed.slice(from, to);
  }

  find(key: string): Keyed | undefined {
    return this.listed.find((one) => one.key === key);
  }

  make(key: string): Keyed {
    const made = { key };
    this.existing.set(key, made);
    return made;
  }
}

function opened(count: number): { world: World; selection: KeySelection } {
  const world = new World();
  world.listed = Array.from({ length: count }, (_, at) => world.make(`k${at}`));
  const selection = new KeySelection(world, { find: (key) => world.existing.get(key) });
  return { world, selection };
}

interface Step {
  do:
    | 'select'
    | 'unselect'
    | 'all'
    | 'invert'
    | 'clear'
    | 'replace'
    | 'rewrite'
    | 'arrive'
    | 'leave'
    | 'die'
    | 'reword';
  /** Which thing, where one is meant. */
  at: number;
}

const steps = fc.array(
  fc.record<Step>({
    do: fc.constantFrom<Step['do'][]>(
      'select',
      'unselect',
      'all',
      'invert',
      'clear',
      'replace',
      'rewrite',
      'arrive',
      'leave',
      'die',
      'reword',
    ),
    at: fc.nat(12),
  }),
  { maxLength: 40 },
);

describe('a selection', () => {
  it('holds what a plain set of keys would, whatever happens to it and to the list', () => {
    fc.assert(
      fc.property(fc.nat(8), steps, (count, all) => {
        const { world, selection } = opened(count);
        let plain = new Set<string>();
        let next = count;
        for (const step of all) {
          const listed = world.listed;
          if (step.do === 'select' || step.do === 'unselect') {
            const key = [...world.existing.keys()][step.at];
            if (key !== undefined) {
              selection[step.do](key);
              plain[step.do === 'select' ? 'add' : 'delete'](key);
            }
          } else if (step.do === 'all') {
            selection.selectAll();
            listed.forEach(({ key }) => plain.add(key));
          } else if (step.do === 'invert') {
            selection.invert();
            const listedKeys = new Set(listed.map(({ key }) => key));
            plain = new Set([
              ...[...plain].filter((key) => !listedKeys.has(key)),
              ...[...listedKeys].filter((key) => !plain.has(key)),
            ]);
          } else if (step.do === 'clear') {
            selection.clear();
            plain.clear();
          } else if (step.do === 'replace') {
            // Every other one of what there is, the other way round.
            world.listed = [...world.existing.values()].filter((_, at) => at % 2 === 0).reverse();
            selection.replaced();
          } else if (step.do === 'rewrite') {
            const newest = listed[0]?.key ?? null;
            selection.read(selection.write(newest), []);
          } else if (step.do === 'arrive') {
            const made = world.make(`k${next++}`);
            const at = Math.min(step.at, listed.length);
            listed.splice(at, 0, made);
            selection.follow([{ removed: [], added: [made] }]);
          } else {
            const [one] = listed.splice(step.at, 1);
            if (one && step.do === 'reword') {
              const again = world.make(one.key);
              listed.splice(step.at, 0, again);
              selection.follow([{ removed: [one], added: [again] }]);
            } else if (one) {
              if (step.do === 'die') {
                world.existing.delete(one.key);
                plain.delete(one.key);
              }
              selection.follow([{ removed: [one], added: [] }]);
              selection.gone(step.do === 'die' ? [one.key] : []);
            }
          }
          expect(selection.count).toBe(plain.size);
          expect(new Set(selection.keys())).toEqual(plain);
          expect(selection.sample(100)).toEqual([...selection.keys()]);
          selection.sample(3).forEach((key) => expect(plain).toContain(key));
          for (const key of world.existing.keys()) {
            expect(selection.has(key)).toBe(plain.has(key));
          }
          const unlisted = [...plain].filter((key) => !world.find(key));
          expect(selection.countUnlisted()).toBe(unlisted.length);
        }
      }),
    );
  });

  it('touches no item when everything is selected, and one when one of them is taken out', () => {
    let finds = 0;
    const items = Array.from({ length: 100_000 }, (_, at) => ({ key: `k${at}` }));
    const byKey = new Map(items.map((item) => [item.key, item]));
    const selection = new KeySelection({
      length: items.length,
      at: (position) => items[position],
      slice: () => items,
      find: (key) => {
        finds += 1;
        return byKey.get(key);
      },
    });
    selection.selectAll();
    expect(finds).toBe(0);
    selection.unselect('k70000');
    expect(selection.count).toBe(99_999);
    expect(selection.has('k70000')).toBe(false);
    expect(selection.has('k70001')).toBe(true);
    expect(selection.sample(100).length).toBeGreaterThan(98);
    expect(finds).toBeLessThan(110);
  });

  it('does not take up again, in another list, what was left out and has gone from this one', () => {
    const { world, selection } = opened(2);
    selection.selectAll();
    selection.unselect('k0');
    const [first] = world.listed.splice(0, 1);
    selection.follow([{ removed: first ? [first] : [], added: [] }]);
    world.listed = [...world.existing.values()];
    selection.replaced();
    expect([...selection.keys()]).toEqual(['k1']);
  });

  it('leaves out what has come since it was written down', () => {
    const { world, selection } = opened(4);
    selection.selectAll();
    selection.unselect('k2');
    const written = selection.write('k0');
    world.listed.unshift(world.make('new'));
    const later = new KeySelection(world);
    later.read(written, ['new']);
    expect([...later.keys()]).toEqual(['k0', 'k1', 'k3']);
  });
});
