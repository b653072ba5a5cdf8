import fc from 'fast-check';
import { flushSync, mount, unmount } from 'svelte';
import { beforeAll, expect, it } from 'vitest';
import { loadWords } from '../../i18n/index.svelte';
import { contentFor } from '../form/arbitraries';
import { EVERYTHING } from '../form/fixtures';
import { FormState } from './form-state.svelte';
import { portsOf } from './testing/open-form';
import WorkflowForm from './WorkflowForm.svelte';

beforeAll(() => loadWords('form'));

/** A class for each kind of input, named after it. */
const CLASSES = [...EVERYTHING.inputs.values()].map((spec) => ({
  ...EVERYTHING,
  name: spec.name,
  inputs: new Map([[spec.name, spec]]),
}));

it.each(CLASSES)('an input $name is shown with a control, whatever it holds', (info) => {
  const infos = new Map([[info.name, info]]);
  fc.assert(
    fc.property(fc.gen(), fc.nat(4), (gen, steps) => {
      const form = new FormState({ 1: { class_type: info.name, inputs: {} } }, infos);
      const node = form.nodes.get('1');
      for (let i = 0; node && i < steps; i++) {
        const field = node.fields[gen(fc.nat, node.fields.length - 1)];
        if (field) {
          node.write(field.path, gen(contentFor, field.spec));
        }
      }
      const { graph } = form;
      const component = mount(WorkflowForm, { target: document.body, props: { form, ports: portsOf() } });
      flushSync();
      const shown = [...document.querySelectorAll('[data-field]')];
      const typed = node?.fields.filter(
        ({ spec, content }) => spec.kind !== 'link' && spec.kind !== 'autogrow' && content.kind !== 'link',
      );
      expect(shown.map((row) => row.getAttribute('data-field'))).toEqual(typed?.map(({ path }) => path));
      for (const row of shown) {
        expect(row.querySelector('[data-widget] :is(input, textarea, select, button)')).not.toBeNull();
      }
      // To show a graph does not change it.
      expect(form.graph).toEqual(graph);
      void unmount(component);
    }),
    { numRuns: 12 },
  );
});
