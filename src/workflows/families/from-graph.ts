import type { ApiGraph } from '../../comfy/graph';
import { type Guess, guessFamily, UNKNOWN } from './guess';

const WHOLE = ['ckpt_name'];
const APART = ['unet_name', 'model_name', 'gguf_name', 'diffusion_model_name'];

/** The family of the model that a graph loads, as far as its names and its text encoder tell. */
export function familyOfGraph(graph: ApiGraph): Guess {
  const nodes = Object.values(graph);
  const text = (names: readonly string[]): string | undefined =>
    nodes
      .flatMap(({ inputs }) => names.map((name) => inputs[name]))
      .find((value): value is string => typeof value === 'string');
  const type = nodes.find(({ class_type }) => /CLIPLoader/.test(class_type ?? ''))?.inputs['type'];
  const clipType = typeof type === 'string' ? type : null;
  const apart = text(APART);
  const whole = text(WHOLE);
  const guess = apart === undefined ? UNKNOWN : guessFamily({ file: apart, whole: false }, clipType);
  return guess === UNKNOWN && whole !== undefined ? guessFamily({ file: whole, whole: true }) : guess;
}
