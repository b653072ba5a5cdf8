import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MaxFlow } from './max-flow';

interface Graph {
  ties: number[];
  edges: [number, number, number][];
}

/** What a cut costs when these nodes are on the source's side. */
function costOf({ ties, edges }: Graph, inside: (node: number) => boolean): number {
  const cut = edges.reduce((sum, [a, b, capacity]) => sum + (inside(a) === inside(b) ? 0 : capacity), 0);
  return ties.reduce((sum, tie, node) => sum + (tie > 0 !== inside(node) ? Math.abs(tie) : 0), cut);
}

function solve(flow: MaxFlow, { ties, edges }: Graph): void {
  flow.reset(ties.length);
  ties.forEach((tie, node) => {
    flow.tie(node, tie);
  });
  for (const [a, b, capacity] of edges) {
    flow.join(a, b, capacity);
  }
  flow.solve();
}

const graphs = fc.integer({ min: 1, max: 9 }).chain((nodes) => {
  const node = fc.integer({ min: 0, max: nodes - 1 });
  return fc.record({
    ties: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: nodes, maxLength: nodes }),
    edges: fc.array(fc.tuple(node, node, fc.integer({ min: 0, max: 9 })), { maxLength: 24 }),
  });
});

describe('the minimum cut', () => {
  it('is as cheap as the cheapest of all cuts, with one solver used again and again', () => {
    const flow = new MaxFlow(2, 2);
    fc.assert(
      fc.property(graphs, (graph) => {
        solve(flow, graph);
        let least = Infinity;
        for (let sides = 0; sides < 2 ** graph.ties.length; sides++) {
          least = Math.min(
            least,
            costOf(graph, (node) => ((sides >> node) & 1) === 1),
          );
        }
        expect(costOf(graph, (node) => flow.inside(node))).toBe(least);
      }),
      { numRuns: 400 },
    );
  });

  it('follows the weak edges of a grid', () => {
    const side = 40;
    const edges: Graph['edges'] = [];
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const at = y * side + x;
        if (x + 1 < side) {
          edges.push([at, at + 1, x === 24 ? 1 : 20]);
        }
        if (y + 1 < side) {
          edges.push([at, at + side, 20]);
        }
      }
    }
    const ties = Array.from({ length: side * side }, () => 0);
    ties[5 * side + 3] = 1000;
    ties[30 * side + 38] = -1000;
    const flow = new MaxFlow();
    solve(flow, { ties, edges });
    expect(ties.every((_, node) => flow.inside(node) === node % side <= 24)).toBe(true);
  });
});
