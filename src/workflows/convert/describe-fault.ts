import { plain, quoted } from './problems';
import { MOST_GRAPH_BYTES, type SourceFault } from './read-source';

/** The fault as one plain English sentence, for the command line. */
export function describeFault(fault: SourceFault): string {
  switch (fault.kind) {
    case 'too-large':
      return `This is ${megabytes(fault.bytes)} of text; graphs are read up to ${megabytes(MOST_GRAPH_BYTES)}.`;
    case 'not-json':
      return 'This is neither JSON nor a picture or video that can hold a graph.';
    case 'too-deep':
      return 'This JSON is nested too deeply to be a graph.';
    case 'unknown-format':
      return 'This is JSON, but not a ComfyUI graph: neither nodes with a class_type (API format) nor a list of nodes (editor format).';
    case 'no-metadata':
      return `This ${fault.media} file holds no ComfyUI graph: it was not made by ComfyUI, or its metadata was removed.`;
    case 'no-nodes':
      return 'This graph has no nodes.';
    case 'bad-node-id':
      return `A node has the id ${quoted(fault.id)}, which cannot be used.`;
    case 'no-class':
      return `Node ${plain(fault.id)} has no class_type.`;
    case 'bad-inputs':
      return `The inputs of node ${plain(fault.id)} are not an object.`;
    case 'no-link':
      return `Input ${quoted(fault.input)} of node ${plain(fault.id)} is a list but not a link, which is a node id in quotes and an output number, as in ["4", 0].`;
    case 'lost-link':
      return `Input ${quoted(fault.input)} of node ${plain(fault.id)} is connected to node ${quoted(fault.to)}, which is not there.`;
    case 'circle':
      return `Node ${plain(fault.id)} is connected to itself in a circle.`;
    case 'not-a-workflow':
      return `This looks like a workflow of ComfyUI's editor, but its ${fault.at} cannot be read.`;
    case 'bad-node':
      return `The entry ${fault.at} of this workflow is not a node.`;
    case 'bad-id':
      return `The entry ${fault.at} of this workflow has an id that is not a whole number.`;
    case 'duplicate-id':
      return `The entry ${fault.at} of this workflow has an id that another has too.`;
    case 'bad-link':
      return `The entry ${fault.at} of this workflow is not a link.`;
    case 'bad-subgraph':
      return `The entry ${fault.at} of this workflow is not a subgraph.`;
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / (1024 * 1024))} MB`;
}
