import { formatBytes, type MessageKey, t } from '../i18n/index.svelte';
import { type ConvertProblem, plain, type ProblemNode } from './convert/problems';
import { MOST_GRAPH_BYTES, type SourceFault } from './convert/read-source';

/** Why a file, text or address gives no workflow. */
export type OpenFault =
  | SourceFault
  | { kind: 'job-gone' }
  | { kind: 'kept-gone' }
  | { kind: 'form-gone' }
  | { kind: 'file-gone'; name: string };

/** The fault as one sentence in the present language. Texts of the file are cut short. */
export function describeFault(fault: OpenFault): string {
  const key = `workflowFaults.source.${camel(fault.kind)}` as MessageKey;
  if (fault.kind === 'too-large') {
    return t(key, { size: formatBytes(fault.bytes), most: formatBytes(MOST_GRAPH_BYTES) });
  }
  return t(key, plainTexts(fault));
}

/** The problem as one sentence in the present language. */
export function describeConvertProblem(problem: ConvertProblem): string {
  const key = `workflowFaults.problem.${camel(problem.kind)}` as MessageKey;
  const node = 'node' in problem ? nodeName(problem.node) : '';
  // People count outputs from one.
  const slot = 'slot' in problem ? problem.slot + 1 : 0;
  const wanted = problem.kind === 'wrong-value' ? wantedWords(problem.wanted) : '';
  return t(key, { ...plainTexts(problem), node, slot, wanted });
}

/** What the converter calls the kinds of values, which it knows in English alone. */
const WANTED: ReadonlyMap<string, MessageKey> = new Map([
  ['a number', 'workflowFaults.wanted.number'],
  ['yes or no', 'workflowFaults.wanted.boolean'],
  ['a text', 'workflowFaults.wanted.text'],
  ['a colour', 'workflowFaults.wanted.colour'],
  ['a list of choices', 'workflowFaults.wanted.choices'],
  ['a choice', 'workflowFaults.wanted.choice'],
  ['one of its choices', 'workflowFaults.wanted.listed'],
]);

function wantedWords(wanted: string): string {
  const key = WANTED.get(wanted);
  return key ? t(key) : plain(wanted);
}

function nodeName({ id, title, type }: ProblemNode): string {
  const values = { id: plain(id), title: plain(title), type: plain(type) };
  return t(title === type ? 'workflowFaults.problem.node' : 'workflowFaults.problem.nodeOfClass', values);
}

function plainTexts(values: object): Record<string, string | number> {
  const texts: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(values) as [string, unknown][]) {
    if (typeof value === 'string') {
      texts[key] = plain(value);
    } else if (typeof value === 'number') {
      texts[key] = value;
    }
  }
  return texts;
}

function camel(kind: string): string {
  return kind.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
