import { render } from 'vitest-browser-svelte';
import type { ExactJson } from '../../../comfy/exact-json';
import type { ApiGraph } from '../../../comfy/graph';
import type { NodeInfo } from '../../../comfy/object-info';
import { EVERYTHING, USUAL } from '../../form/fixtures';
import type { FormPorts } from '../form-ports';
import { FormState } from '../form-state.svelte';
import WorkflowForm from '../WorkflowForm.svelte';

/** A picture of one pixel. */
export const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';
/** The classes of the form's fixtures. */
export const INFOS: ReadonlyMap<string, NodeInfo> = new Map([...USUAL, ['Everything', EVERYTHING]]);

/** A server that takes every file and shows the same pixel for each. */
export function portsOf(more: Partial<FormPorts> = {}): FormPorts {
  return {
    pictures: {
      url: () => PIXEL,
      read: () => Promise.resolve(new Blob()),
      readUpTo: () => Promise.resolve(null),
      stat: () => Promise.resolve(null),
    },
    upload: (file) => Promise.resolve({ filename: file.name, subfolder: '', type: 'input' }),
    loadOptions: () => Promise.resolve(['far.png', 'near.png']),
    ...more,
  };
}

/** An open form whose arrangement is kept, as a room keeps it. */
export async function openForm(
  graph: ApiGraph,
  {
    ports = {},
    infos = INFOS,
    layout = null,
  }: { ports?: Partial<FormPorts>; infos?: ReadonlyMap<string, NodeInfo>; layout?: ExactJson | null } = {},
) {
  const form = new FormState(graph, infos);
  const kept = { layout };
  const screen = await render(WorkflowForm, {
    form,
    ports: portsOf(ports),
    layout,
    onlayout: (next: ExactJson | null) => {
      kept.layout = next;
      void screen.rerender({ layout: next });
    },
  });
  const show = (next: FormState): Promise<void> => screen.rerender({ form: next });
  return { form, kept, container: screen.container, show };
}
