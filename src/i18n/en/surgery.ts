export const surgery = {
  about: 'Repaints the masked part with what made this picture: its model, prompt and settings.',
  unavailable: 'The setup that made this picture cannot repair it here:',
  unread: 'The workflow in this picture cannot be used here:',
  unreadMore_one: 'And {{count}} more reason.',
  unreadMore_other: 'And {{count}} more reasons.',
  use: 'Use {{file}}',
  last: 'Same as last time',
  field: { model: 'Model', guidance: 'Guidance' },
  problem: {
    empty: 'The graph has no nodes.',
    noSuchOutput: 'The graph has no node {{id}}. Name a node that saves a picture.',
    noPicture: 'Nothing in the graph saves a picture. Add a Save Image node to it.',
    otherOutput: 'The graph makes no picture: it ends in “{{node}}”. Choose another recipe.',
    noSampler:
      'Nothing samples on the way to “{{node}}”, so there is no model to repaint with. Choose another recipe.',
    partner:
      '“{{node}}” has the picture made by a service, which cannot repaint a part. Choose another recipe.',
    noModel: '“{{node}}” gets no model. Connect one in ComfyUI, or choose another recipe.',
    noVae: 'No VAE leads to “{{node}}” or from it to a picture. Decode with a VAE Decode node in ComfyUI.',
    noLatent: '“{{node}}” gets no latents to start from. Connect some in ComfyUI, or choose another recipe.',
    severalPictures:
      '“{{node}}” makes layers or frames, which cannot be pasted into one picture. Choose another recipe.',
    missingClass:
      'This server has no node “{{name}}”. Update ComfyUI or install the node pack it comes from.',
    missingClassNear:
      'This server has no node “{{name}}”. Update ComfyUI or install the node pack it comes from. Similar nodes here: {{near}}.',
    noClass:
      '“{{node}}” does not say what it is: its node pack was missing when the graph was stored. Open the graph in ComfyUI and replace the node.',
    missingFile: '“{{node}}” needs {{file}}, which this server does not have, nor anything like it.',
    missingFileNear: '“{{node}}” needs {{file}}, which this server does not have. Similar: {{near}}.',
    missingChoice: '“{{input}}” of “{{node}}” is {{value}}, which this server does not know. Update ComfyUI.',
    danglingLink: '“{{input}}” of “{{node}}” comes from node {{to}}, which does not exist.',
    missingOutput: '“{{from}}” does not give what “{{node}}” needs of it. Update ComfyUI.',
    loop: 'The graph goes in a circle at “{{node}}”.',
  },
  note: {
    guessedOutput_one: 'The graph saves pictures of {{count}} other sampler too. Taken: “{{node}}”.',
    guessedOutput_other: 'The graph saves pictures of {{count}} other samplers too. Taken: “{{node}}”.',
    textAtRunTime: 'A part of the prompt of “{{node}}” is only made while the graph runs.',
    replacedChoice: '{{wanted}} does not exist here; {{used}} is used instead.',
    fixedStrength: '“{{node}}” has no strength: it makes the masked part anew.',
  },
};
