/** Why a file or a workflow cannot become a form: one sentence each. */
export const workflowFaults = {
  source: {
    tooLarge: 'This is {{size}} of text. Workflows are read up to {{most}}.',
    notJson: 'This is neither a workflow nor a picture or video that can hold one.',
    tooDeep: 'This JSON is nested too deeply to be a workflow.',
    unknownFormat:
      'This is JSON, but no ComfyUI workflow: it has neither nodes with a class_type nor a list of nodes.',
    noMetadata:
      'This {{media}} file holds no workflow: ComfyUI did not make it, or its metadata was stripped.',
    noNodes: 'This workflow has no nodes.',
    badNodeId: 'A node has the id “{{id}}”, which cannot be used.',
    noClass: 'Node {{id}} has no class_type.',
    badInputs: 'The inputs of node {{id}} are not an object.',
    noLink:
      'Input “{{input}}” of node {{id}} is a list but no link. A link is a node id in quotes and an output number, such as ["4", 0].',
    lostLink: 'Input “{{input}}” of node {{id}} is connected to node “{{to}}”, which is not there.',
    circle: 'Node {{id}} is connected to itself in a circle.',
    notAWorkflow: 'This looks like a workflow of ComfyUI’s editor, but its {{at}} cannot be read.',
    badNode: 'The entry {{at}} of this workflow is not a node.',
    badId: 'The entry {{at}} of this workflow has an id that is not a whole number.',
    duplicateId: 'The entry {{at}} of this workflow has the same id as another.',
    badLink: 'The entry {{at}} of this workflow is not a link.',
    badSubgraph: 'The entry {{at}} of this workflow is not a subgraph.',
    jobGone:
      'Neither the server nor this browser remembers this job, and no file it made holds its workflow.',
    fileGone: 'The server has no workflow named “{{name}}” any more.',
    keptGone: 'This browser no longer keeps this workflow. Open its file again.',
    formGone: 'There is no saved form at this address. It may have been deleted.',
  },
  /** What an input takes, inside a sentence. */
  wanted: {
    number: 'a number',
    boolean: 'yes or no',
    text: 'a text',
    colour: 'a colour',
    choices: 'a list of choices',
    choice: 'a choice',
    listed: 'one of its choices',
  },
  problem: {
    node: '{{id}}, “{{title}}”',
    nodeOfClass: '{{id}}, “{{title}}” ({{type}})',
    empty: 'Nothing in this workflow runs: everything is muted, bypassed or a note.',
    unknownClass:
      'This server does not have node {{node}}. Install the node pack it belongs to, or mute it in ComfyUI.',
    groupNode:
      'Node {{node}} is a group node, which subgraphs have replaced. Open the workflow in a current ComfyUI and save it again.',
    valuesDoNotFit:
      'Node {{node}} was saved with {{found}} values, but its class has {{expected}}: the node has changed since. Open the workflow in ComfyUI, check the node and save again.',
    wrongValue:
      'Input “{{input}}” of node {{node}} holds {{value}} where {{wanted}} belongs. The node has probably changed since the workflow was saved.',
    disputedValue:
      'Input “{{input}}” of node {{node}} was saved with two different values. Open the workflow in ComfyUI, check it and save again.',
    madeByEditor:
      'Input “{{input}}” of node {{node}} is made by ComfyUI’s editor at the moment it runs, so the file does not hold it.',
    randomText:
      'Input “{{input}}” of node {{node}} holds a choice in braces, from which the editor picks at random. Write out the text you want.',
    dateText:
      'Input “{{input}}” of node {{node}} holds %date:…%, which the editor replaces by the time of running. Write out the name you want.',
    textReference:
      'Input “{{input}}” of node {{node}} refers to “{{reference}}”, which does not name exactly one value.',
    danglingLink: 'Input “{{input}}” of node {{node}} is connected by link {{link}}, which leads nowhere.',
    crossedLink:
      'Input “{{input}}” of node {{node}} is connected by link {{link}}, which the file also says ends elsewhere.',
    missingOutput: 'Node {{node}} is connected from output {{slot}}, which it does not have.',
    cycle: 'Node {{node}} is connected to itself in a circle.',
    noSetter: 'Node {{node}} gets a value that not exactly one active Set node sets.',
    recursiveSubgraph: 'Node {{node}} is a subgraph that contains itself.',
    halfMutedSubgraph:
      'Node {{node}} is a muted or bypassed subgraph inside another, but ComfyUI would run what is saved or shown inside. Mute those nodes as well.',
    primitiveIntoSubgraph:
      'Node {{node}} is a primitive that feeds a subgraph, where ComfyUI does not use its value. Type the value into the subgraph instead.',
    primitiveOutOfRange:
      'Node {{node}} is a primitive whose value does not fit input “{{input}}” of every node it feeds.',
  },
};
