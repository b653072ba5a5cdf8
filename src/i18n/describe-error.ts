import { ComfyError } from '../comfy/errors';
import type { PromptProblem } from '../comfy/prompt-problems';
import { type MessageKey, t } from './index.svelte';

const KNOWN_PROBLEMS = new Set([
  'required_input_missing',
  'bad_linked_input',
  'return_type_mismatch',
  'invalid_input_type',
  'value_smaller_than_min',
  'value_bigger_than_max',
  'value_not_in_list',
  'custom_validation_failed',
  'dependency_cycle',
  'missing_node_type',
  'prompt_no_outputs',
  'no_prompt',
]);

/** A sentence that names the node and the input and says what is wrong with it. */
export function describeProblem(problem: PromptProblem): string {
  const node = problem.nodeTitle ?? problem.classType ?? '';
  const where = problem.inputName
    ? t('errors.problem.atInput', { node, input: problem.inputName })
    : t('errors.problem.at', { node });
  const values = {
    where,
    node,
    received: shorten(problem.received ?? ''),
    message: problem.message,
    details: shorten(problem.details),
  };
  const known = KNOWN_PROBLEMS.has(problem.type) ? problem.type : problem.nodeId ? 'other' : 'otherGraph';
  return t(`errors.problem.${known}` as MessageKey, values).trim();
}

/** What happened and what to do, for any failure the app can meet. */
export function describeError(error: unknown): string {
  if (!(error instanceof ComfyError)) {
    return t('errors.unknown', { message: error instanceof Error ? error.message : String(error) });
  }
  switch (error.kind) {
    case 'unreachable':
      if (error.isSilence) {
        return t('errors.silence');
      }
      return error.address === null
        ? t('errors.unreachable')
        : t('errors.unreachableAt', { address: error.address });
    case 'http':
      return t('errors.http', { path: error.path, status: error.status });
    case 'refused':
      return t(`errors.refused.${error.refusal ?? 'outside'}`);
    case 'invalid':
      return error.path === null ? t('errors.graphUnknown') : t('errors.invalid', { path: error.path });
    case 'not-written':
      return t('errors.notWritten');
    case 'too-large':
      return t('errors.tooLarge');
    case 'rejected':
      return [t('errors.rejected'), ...error.problems.map(describeProblem)].join('\n');
  }
}

/** How an interrupted job ended, in a few words: at which node, and whether from here. */
export function describeStop({ nodeTitle, here }: { nodeTitle: string | null; here: boolean }): string {
  if (here) {
    return t('queue.state.cancelled');
  }
  return nodeTitle === null ? t('queue.stopped') : t('queue.stoppedAt', { node: nodeTitle });
}

/**
 * Why code of the app that loads on demand did not come, and what to do.
 * @param missing what serves the page, when it does not answer; `null` when it does.
 * @param address of the page.
 */
export function describeMissingPart(missing: 'darkroom' | 'comfyui' | null, address: string): string {
  return missing === null ? t('errors.part.other') : t(`errors.part.${missing}`, { address });
}

/** Lists of models and whole values can be very long. */
function shorten(text: string): string {
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
