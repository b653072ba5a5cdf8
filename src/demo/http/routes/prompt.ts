import type { IncomingMessage } from 'node:http';
import type { ExactJson } from '../../../comfy/exact-json';
import type { ApiGraph } from '../../../comfy/graph';
import { isCanonicalUuid, randomUuid } from '../../../comfy/uuid';
import type { EngineState } from '../../engine-state';
import { toBool, toFloat } from '../../python/coerce';
import { str } from '../../python/text';
import { SECRETS, type ExtraData } from '../../queue/prompt-queue';
import { readObject } from '../body';
import { HttpStop, json, type Answer } from '../responses';
import type { Router } from '../router';

/** GET and POST /prompt (API notes §2.1). */
export function addPromptRoutes(router: Router, state: EngineState): void {
  router.add('GET', '/prompt', () => json(state.queueInfo()));
  router.add('POST', '/prompt', ({ request }) => postPrompt(request, state));
}

async function postPrompt(request: IncomingMessage, state: EngineState): Promise<Answer> {
  const body = await readObject(request);
  const number = takeNumber(body, state);
  if (!('prompt' in body)) {
    return state.era.typedNoPrompt
      ? refusal('no_prompt', 'No prompt provided', 'No prompt provided')
      : json({ error: 'no prompt', node_errors: [] }, 400);
  }
  const promptId = choosePromptId(body.prompt_id, state);
  const prompt = graphOf(body.prompt, state);
  const verdict = state.validator.validate(
    prompt,
    state.era.partialExecution ? targetsOf(body.partial_execution_targets) : null,
  );
  const extraData = extraDataOf(body, request, state);
  if (verdict.error) {
    return json({ error: verdict.error, node_errors: verdict.nodeErrors }, 400);
  }
  const sensitive = takeSecrets(extraData, state);
  if (state.era.createTime) {
    extraData.create_time = Date.now();
  }
  state.queue.put({ number, promptId, prompt, extraData, outputs: verdict.outputs, sensitive });
  return json({ prompt_id: promptId, number, node_errors: verdict.nodeErrors });
}

/** The counter advances even if the prompt is then refused, so numbers have gaps. */
function takeNumber(body: Record<string, ExactJson>, state: EngineState): number {
  if ('number' in body) {
    return toFloat(body.number);
  }
  const count = state.counter++;
  return toBool(body.front) && count !== 0 ? -count : count;
}

function choosePromptId(wanted: ExactJson | undefined, state: EngineState): string {
  const { takesPromptId, checksPromptId } = state.era;
  if (wanted === undefined || !takesPromptId) {
    return randomUuid();
  }
  if (!checksPromptId) {
    return str(wanted);
  }
  if (wanted === null) {
    return randomUuid();
  }
  if (typeof wanted === 'string' && isCanonicalUuid(wanted)) {
    return wanted;
  }
  throw new HttpStop(
    refusal(
      'invalid_prompt_id',
      'prompt_id must be a valid UUID',
      'prompt_id must be a UUID string in canonical lowercase hyphenated form; omit it to let the server generate one',
    ),
  );
}

function refusal(type: string, message: string, details: string): Answer {
  return json({ error: { type, message, details, extra_info: {} }, node_errors: {} }, 400);
}

function graphOf(prompt: ExactJson | undefined, state: EngineState): ApiGraph {
  if (Array.isArray(prompt) && prompt.length === 0 && !state.era.namedMissingNodes) {
    return {};
  }
  if (typeof prompt !== 'object' || prompt === null || Array.isArray(prompt)) {
    throw new TypeError('the prompt is not a graph');
  }
  return prompt as unknown as ApiGraph;
}

function targetsOf(targets: ExactJson | undefined): string[] | null {
  if (targets === undefined || targets === null) {
    return null;
  }
  if (!Array.isArray(targets)) {
    throw new TypeError('partial_execution_targets is not a list');
  }
  return targets.filter((target): target is string => typeof target === 'string');
}

function extraDataOf(
  body: Record<string, ExactJson>,
  request: IncomingMessage,
  state: EngineState,
): ExtraData {
  const given = 'extra_data' in body ? body.extra_data : {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError('extra_data is not an object');
  }
  const extraData: ExtraData = given;
  if ('client_id' in body) {
    extraData.client_id = body.client_id;
  }
  const source = request.headers['comfy-usage-source'];
  if (state.era.createTime && source && !('comfy_usage_source' in extraData)) {
    extraData.comfy_usage_source = source;
  }
  return extraData;
}

/** Before 2026 secrets stayed visible until the prompt was done. */
function takeSecrets(extraData: ExtraData, state: EngineState): ExtraData {
  const taken: ExtraData = {};
  for (const key of SECRETS) {
    if (key in extraData && state.era.stripsSecrets) {
      taken[key] = extraData[key];
      delete extraData[key];
    }
  }
  return taken;
}
