import type { MessageKey } from '../../i18n/index.svelte';

/** A node as a person and a program know it. */
export interface NodeName {
  id: string;
  /** Its title, else its class, else its id. */
  title: string;
}

/** Why a graph cannot become an inpainting graph. */
export type Problem =
  | { kind: 'empty' }
  /** The node that is said to have made the picture does not exist. */
  | { kind: 'no-such-output'; id: string }
  /** Nothing in it saves or shows a picture; `output` is what it makes instead. */
  | { kind: 'no-picture'; output: NodeName | null }
  /** Nothing samples on the way to the saved picture. */
  | { kind: 'no-sampler'; saver: NodeName }
  /** A partner's service makes the picture. */
  | { kind: 'partner'; node: NodeName }
  | { kind: 'no-model'; sampler: NodeName }
  | { kind: 'no-vae'; sampler: NodeName }
  | { kind: 'no-latent'; sampler: NodeName }
  /** Layers, or frames of a video. */
  | { kind: 'several-pictures'; node: NodeName }
  | { kind: 'missing-class'; node: NodeName; className: string; near: string[] }
  /** A node without a class, as its editor leaves behind for one that it did not know. */
  | { kind: 'no-class'; node: NodeName }
  | { kind: 'missing-file'; node: NodeName; input: string; file: string; near: string[] }
  /** A setting that this server's version does not know. */
  | { kind: 'missing-choice'; node: NodeName; input: string; value: string; near: string[] }
  /** A link to a node that does not exist. */
  | { kind: 'dangling-link'; node: NodeName; input: string; to: string }
  /** An output that its class does not have on this server. */
  | { kind: 'missing-output'; node: NodeName; input: string; from: NodeName }
  | { kind: 'loop'; node: NodeName };

/** What had to be guessed or cannot be as usual, although the graph can be converted. */
export type Note =
  /** Several pictures are saved, by samplers of their own. */
  | { kind: 'guessed-output'; saver: NodeName; others: number }
  /** A part of the prompt is only known while the graph runs, or not at all here. */
  | { kind: 'text-at-run-time'; node: NodeName }
  /** A sampler or scheduler that this server lacks. */
  | { kind: 'replaced-choice'; node: NodeName; input: string; wanted: string; used: string }
  /** The strength cannot be chosen. */
  | { kind: 'fixed-strength'; node: NodeName };

/** A sentence of the catalogue, and what fills its placeholders. */
export interface Sentence {
  key: MessageKey;
  values: Record<string, string | number>;
}

/** What is missing and what to do about it. */
export function problemSentence(problem: Problem): Sentence {
  switch (problem.kind) {
    case 'empty':
      return { key: 'surgery.problem.empty', values: {} };
    case 'no-such-output':
      return { key: 'surgery.problem.noSuchOutput', values: { id: problem.id } };
    case 'no-picture':
      return problem.output
        ? { key: 'surgery.problem.otherOutput', values: { node: problem.output.title } }
        : { key: 'surgery.problem.noPicture', values: {} };
    case 'no-sampler':
      return { key: 'surgery.problem.noSampler', values: { node: problem.saver.title } };
    case 'partner':
      return { key: 'surgery.problem.partner', values: { node: problem.node.title } };
    case 'no-model':
      return { key: 'surgery.problem.noModel', values: { node: problem.sampler.title } };
    case 'no-vae':
      return { key: 'surgery.problem.noVae', values: { node: problem.sampler.title } };
    case 'no-latent':
      return { key: 'surgery.problem.noLatent', values: { node: problem.sampler.title } };
    case 'several-pictures':
      return { key: 'surgery.problem.severalPictures', values: { node: problem.node.title } };
    case 'missing-class': {
      const { className, near } = problem;
      const values = { name: className, near: near.join(', ') };
      return near.length > 0
        ? { key: 'surgery.problem.missingClassNear', values }
        : { key: 'surgery.problem.missingClass', values };
    }
    case 'no-class':
      return { key: 'surgery.problem.noClass', values: { node: problem.node.title } };
    case 'missing-file': {
      const { node, file, near } = problem;
      const values = { node: node.title, file, near: near.join(', ') };
      return near.length > 0
        ? { key: 'surgery.problem.missingFileNear', values }
        : { key: 'surgery.problem.missingFile', values };
    }
    case 'missing-choice': {
      const { node, input, value } = problem;
      return { key: 'surgery.problem.missingChoice', values: { node: node.title, input, value } };
    }
    case 'dangling-link': {
      const { node, input, to } = problem;
      return { key: 'surgery.problem.danglingLink', values: { node: node.title, input, to } };
    }
    case 'missing-output': {
      const { node, from } = problem;
      return { key: 'surgery.problem.missingOutput', values: { node: node.title, from: from.title } };
    }
    case 'loop':
      return { key: 'surgery.problem.loop', values: { node: problem.node.title } };
  }
}

/** What was guessed, or is not as usual. */
export function noteSentence(note: Note): Sentence {
  switch (note.kind) {
    case 'guessed-output':
      return { key: 'surgery.note.guessedOutput', values: { node: note.saver.title, count: note.others } };
    case 'text-at-run-time':
      return { key: 'surgery.note.textAtRunTime', values: { node: note.node.title } };
    case 'replaced-choice': {
      const { wanted, used } = note;
      return { key: 'surgery.note.replacedChoice', values: { wanted, used } };
    }
    case 'fixed-strength':
      return { key: 'surgery.note.fixedStrength', values: { node: note.node.title } };
  }
}
