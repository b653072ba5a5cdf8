import { type ApiGraph, nodeOf } from './graph';

const SAVES = /^(Save|VHS_VideoCombine)|Save(Image|Video)/;

/** The node that wrote a file: one with its prefix, else one that saves anything. */
export function savingNode(graph: ApiGraph, filename: string): string | null {
  const saving = Object.keys(graph).filter((id) => SAVES.test(nodeOf(graph, id)?.class_type ?? ''));
  const named = saving.find((id) => {
    const prefix = nodeOf(graph, id)?.inputs['filename_prefix'];
    const base = typeof prefix === 'string' ? prefix.split(/[/\\]/).at(-1) : undefined;
    return base !== undefined && base !== '' && filename.startsWith(base);
  });
  return named ?? saving[0] ?? null;
}
