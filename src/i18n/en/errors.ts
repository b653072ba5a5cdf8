export const errors = {
  unreachable: 'ComfyUI does not answer. Nothing was lost; try again when it is back.',
  unreachableAt: 'ComfyUI at {{address}} does not answer. Nothing was lost; try again when it is back.',
  silence: 'The server of this page does not answer. Nothing was lost; try again when it is back.',
  http: 'ComfyUI answered {{path}} with an error ({{status}}). Its console tells more; try again.',
  invalid:
    'The answer to {{path}} is not what ComfyUI sends. Check that the address leads to a ComfyUI server.',
  notWritten: 'The server said it stored the file, but it is not there. Nothing was lost; try again.',
  refused: {
    dots: 'ComfyUI serves no file whose name has two dots in a row. Rename it in its folder on the server.',
    outside:
      'ComfyUI serves no file outside its own folders. Save into the output folder, or start ComfyUI with --output-directory.',
  },
  tooLarge: 'The file is larger than the server takes. Start ComfyUI with a higher --max-upload-size.',
  rejected: 'ComfyUI refused the job:',
  unknown: 'Something unexpected happened: {{message}}',
  graphUnknown: 'The graph of this job is not known any more, so it cannot run again.',
  part: {
    title: 'This part of the app could not be loaded',
    darkroom:
      'Darkroom’s own server at {{address}} does not answer. Start it again there; this page then goes on by itself.',
    comfyui:
      'ComfyUI at {{address}}, which serves this page, does not answer. Start it again there; this page then goes on by itself.',
    other:
      'Darkroom may have been updated since this page was opened. If it has, “Try again” reloads the page; nothing is lost.',
  },
  goTo: 'Go to {{name}}',
  problem: {
    at: '“{{node}}”',
    atInput: '“{{node}}”, input {{input}}',
    required_input_missing: '{{where}}: a value is missing.',
    bad_linked_input: '{{where}}: the link is malformed.',
    return_type_mismatch: '{{where}}: what is linked there is of another type ({{details}}).',
    invalid_input_type: '{{where}}: “{{received}}” is not a value of the right type.',
    value_smaller_than_min: '{{where}}: {{received}} is too small. {{message}}',
    value_bigger_than_max: '{{where}}: {{received}} is too big. {{message}}',
    value_not_in_list: '{{where}}: the server does not have “{{received}}”. Choose another one.',
    custom_validation_failed: '{{where}}: {{details}}',
    dependency_cycle: 'The graph goes in a circle: {{details}}',
    missing_node_type:
      'The server does not know the node “{{node}}”. Install the custom node it belongs to, or choose another recipe.',
    prompt_no_outputs: 'The graph has no output node, so there is nothing to run.',
    no_prompt: 'The graph is empty.',
    other: '{{where}}: {{message}} {{details}}',
    otherGraph: '{{message}} {{details}}',
  },
};
