/** The node a problem is about, as a person finds it in the editor. */
export interface ProblemNode {
  /** Its id, with the ids of the subgraphs around it: `57:30`. */
  id: string;
  title: string;
  /** Its class; for a subgraph, its name. */
  type: string;
}

interface AtNode {
  node: ProblemNode;
}

interface AtInput extends AtNode {
  input: string;
}

/** Why a workflow of the editor cannot be turned into an API graph without guessing. */
export type ConvertProblem =
  /** The server has no such class: a custom node that is not installed, or one that lives in the editor only. */
  | ({ kind: 'unknown-class' } & AtNode)
  /** A group node of editors before subgraphs. */
  | ({ kind: 'group-node' } & AtNode)
  /** The file holds another number of values than the class has. */
  | ({ kind: 'values-do-not-fit'; expected: number; found: number } & AtNode)
  /** A value of the wrong kind: most often, values moved by one place when the class changed. */
  | ({ kind: 'wrong-value'; value: string; wanted: string } & AtInput)
  /** The file holds two values: one by place, which editors take today, and another by name. */
  | ({ kind: 'disputed-value' } & AtInput)
  /** The editor makes this value at the moment it queues: a recording, a photo, a rendered view. */
  | ({ kind: 'made-by-editor' } & AtInput)
  /** `{a|b}`: the editor picks one at random. */
  | ({ kind: 'random-text' } & AtInput)
  /** `%date:…%`: the editor puts in the time of queueing. */
  | ({ kind: 'date-text' } & AtInput)
  /** `%Node.input%` that more than one node answers to, or none whose value the file holds. */
  | ({ kind: 'text-reference'; reference: string } & AtInput)
  | ({ kind: 'dangling-link'; link: string } & AtInput)
  /** Node and list of links disagree about where a link ends. */
  | ({ kind: 'crossed-link'; link: string } & AtInput)
  | ({ kind: 'missing-output'; slot: number } & AtNode)
  | ({ kind: 'cycle' } & AtNode)
  /** A Get node without exactly one active Set node of its name in sight. */
  | ({ kind: 'no-setter' } & AtNode)
  | ({ kind: 'recursive-subgraph' } & AtNode)
  /** A switched-off subgraph within a subgraph with nodes that give results: the editor would run them. */
  | ({ kind: 'half-muted-subgraph' } & AtNode)
  /** A primitive that feeds a subgraph, where the editor sends the inner value instead of the one shown. */
  | ({ kind: 'primitive-into-subgraph' } & AtNode)
  /** A primitive whose value is outside what one of its targets allows. */
  | ({ kind: 'primitive-out-of-range' } & AtInput)
  /** Nothing is left to run. */
  | { kind: 'empty' };

/**
 * The problem as one plain English sentence, for the command line. Texts from the file are quoted and cut
 * short, without control characters.
 */
export function describeProblem(problem: ConvertProblem): string {
  switch (problem.kind) {
    case 'empty':
      return 'The workflow has no node that runs: everything in it is muted, bypassed or a note.';
    case 'unknown-class':
      return `${nameOf(problem.node)} is not known to this server: install the custom node it belongs to, or mute it.`;
    case 'group-node':
      return `${nameOf(problem.node)} is a group node, which subgraphs have replaced: open the workflow in a current ComfyUI, which converts it, and save it again.`;
    case 'values-do-not-fit':
      return `${nameOf(problem.node)} was saved with ${count(problem.found)}, but its class has ${problem.expected}: the node has changed since, so open it in ComfyUI, check it and save it again.`;
    case 'wrong-value':
      return `${inputOf(problem)} holds ${problem.value} where ${problem.wanted} belongs: the node has probably changed since the workflow was saved.`;
    case 'disputed-value':
      return `${inputOf(problem)} was saved with two different values: open the workflow in ComfyUI, check it and save it again.`;
    case 'made-by-editor':
      return `${inputOf(problem)} is made by ComfyUI's editor when it queues, so the file does not hold it.`;
    case 'random-text':
      return `${inputOf(problem)} holds a choice in braces, from which the editor picks at random: write out the text you want.`;
    case 'date-text':
      return `${inputOf(problem)} holds %date:…%, which the editor replaces by the time of queueing: write out the name you want.`;
    case 'text-reference':
      return `${inputOf(problem)} refers to ${quoted(problem.reference)}, which does not name exactly one value.`;
    case 'dangling-link':
      return `${inputOf(problem)} is connected by link ${quoted(problem.link)}, which leads nowhere.`;
    case 'crossed-link':
      return `${inputOf(problem)} is connected by link ${quoted(problem.link)}, which the file also says ends elsewhere.`;
    case 'missing-output':
      return `${nameOf(problem.node)} is connected from output ${problem.slot + 1}, which it does not have.`;
    case 'cycle':
      return `${nameOf(problem.node)} is connected to itself in a circle.`;
    case 'no-setter':
      return `${nameOf(problem.node)} gets a value that not exactly one active Set node sets.`;
    case 'recursive-subgraph':
      return `${nameOf(problem.node)} is a subgraph that contains itself.`;
    case 'half-muted-subgraph':
      return `${nameOf(problem.node)} is a muted or bypassed subgraph inside another, but ComfyUI would run what is saved or shown inside: mute those nodes as well.`;
    case 'primitive-into-subgraph':
      return `${nameOf(problem.node)} is a primitive that feeds a subgraph, where ComfyUI does not use its value: type the value into the subgraph instead.`;
    case 'primitive-out-of-range':
      return `${nameOf(problem.node)} is a primitive whose value does not fit input ${quoted(problem.input)} of every node it feeds.`;
  }
}

function inputOf({ input, node }: AtInput): string {
  return `Input ${quoted(input)} of ${nameOf(node, 'node')}`;
}

function nameOf({ id, title, type }: ProblemNode, start = 'Node'): string {
  const name = title === type ? quoted(type) : `${quoted(title)} (${plain(type)})`;
  return `${start} ${plain(id)}, ${name},`;
}

function count(values: number): string {
  return values === 1 ? '1 value' : `${values} values`;
}

/** A text of the file in quotes. */
export function quoted(text: string): string {
  return `"${plain(text)}"`;
}

/** Terminals obey control characters: none of the file's may reach one. */
export function plain(text: string): string {
  // eslint-disable-next-line no-control-regex
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, ' ');
  return clean.length > 60 ? `${clean.slice(0, 59)}…` : clean;
}
