import { report } from '../../base/report';
import { type ApiGraph, isLink, nodeOf } from '../../comfy/graph';
import { type GraphSummary, reached, summarizeGraph } from '../../comfy/graph-summary';
import type { JobGraph, JobRecord } from '../state/job';
import { visibleNode } from '../state/records';

/** What the graph tells of the files of one of its nodes, beyond the summary of the job. */
export interface OutputFacts {
  /** Classes of the nodes the file was made by, each once, the nearest first. */
  nodes: string[];
  upscaled: boolean;
  /** Whether a mask said what to change. */
  mask: boolean;
  /** Whether it was made from another picture. */
  source: boolean;
  /** How it was made, where that is not what the job's own summary says. */
  summary: GraphSummary | null;
}

/** The same for all files of a job, by the id of the node that made them. */
export type JobFacts = Record<string, OutputFacts>;

const UPSCALES = /upscale|ImageScaleBy|LatentUpscale|SUPIR|SeedVR/i;
const MASKS = /SetLatentNoiseMask|EncodeForInpaint|InpaintModelConditioning/;
const SOURCES = /^(LoadImage|LoadVideo|VHS_LoadVideo|ETN_LoadImage)/;

/**
 * Walks a job's graph backwards from each node that made a file, so that of a graph with several branches
 * every file gets its own facts.
 */
export function factsOf(record: JobRecord, { graph }: JobGraph): JobFacts {
  const [first] = record.outputs;
  // Ids of nodes come from outside, and can be names of a prototype's members.
  const facts = new Map<string, OutputFacts>();
  for (const { nodeId } of record.outputs) {
    if (!facts.has(nodeId)) {
      try {
        facts.set(nodeId, outputFacts(graph, nodeId, record, nodeId === first?.nodeId));
      } catch (error) {
        // A graph deeper than the call stack; the picture can be found by its name all the same.
        report(error, 'jobs.facts');
        facts.set(nodeId, { nodes: [], upscaled: false, mask: false, source: false, summary: null });
      }
    }
  }
  return Object.fromEntries(facts);
}

function outputFacts(graph: ApiGraph, nodeId: string, record: JobRecord, isFirst: boolean): OutputFacts {
  const start = visibleNode(graph, nodeId);
  const nodes = (start === null ? [] : reached(graph, start)).flatMap((id) => nodeOf(graph, id) ?? []);
  const classes = [...new Set(nodes.map((node) => node.class_type))];
  return {
    nodes: classes,
    upscaled: classes.some((name) => UPSCALES.test(name)),
    mask:
      Boolean(record.darkroom?.mask) ||
      nodes.some(({ class_type, inputs }) => MASKS.test(class_type) && isLink(inputs['mask'])),
    source: Boolean(record.darkroom?.parent) || classes.some((name) => SOURCES.test(name)),
    summary: isFirst && record.summary !== null ? null : summarizeGraph(graph, start),
  };
}
