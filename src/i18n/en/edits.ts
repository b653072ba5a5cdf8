export const edits = {
  fill: { about: 'Covers the masked part with one colour. Needs no model.', color: 'Colour' },
  color: { choose: 'Choose a colour', pick: 'Pick a colour from the screen' },
  adjust: {
    about: 'Changes brightness, contrast and colours of the masked part. Needs no model.',
    brightness: 'Brightness',
    contrast: 'Contrast',
    saturation: 'Saturation',
    hue: 'Hue',
  },
  sharpen: {
    about: 'Brings out the details of the masked part. Needs no model.',
    amount: 'Amount',
    radius: 'Radius',
  },
  cutOut: {
    about: 'Makes a part of the picture transparent: keeps the masked part, or removes it. Needs no model.',
    keep: 'Keep',
    inside: 'What is masked',
    outside: 'Everything else',
  },
  paste: {
    about: 'Lays another picture over the masked part. Its transparent parts let the original show.',
    picture: 'Picture',
    missing: 'Choose a picture to paste first.',
    fit: 'Fit',
    cover: 'Cover the mask',
    contain: 'Fit inside the mask',
    stretch: 'Stretch to the mask',
    original: 'Original size',
    x: 'Move right',
    y: 'Move down',
  },
  upscale: {
    about: 'Enlarges the masked part with an upscale model and scales it back: details come out.',
    model: 'Upscale model',
    none: 'The server has no upscale model. Put one into models/upscale_models.',
    from: 'Start from',
    own: 'The size it has',
    half: 'Half the size, for blurred pictures',
    quarter: 'A quarter, for very blurred ones',
  },
  refine: {
    about: 'Repaints the masked part enlarged and with little strength: what is there gets more details.',
    scale: 'Working size',
  },
  removeObject: {
    about:
      'Takes out what is masked and fills the place from its surroundings: with LaMa if installed, else with a checkpoint.',
    none: 'The server has nothing to fill with. Put a checkpoint into models/checkpoints, or install a LaMa node pack.',
    with: 'Fill with',
  },
  own: {
    about: 'Runs your own workflow on the masked part and puts its result back.',
    picture: 'Which picture is the one to change',
    noInput: '“{{node}}” saves a picture that no other picture goes into. Load one with a Load Image node.',
  },
  picture: {
    title: 'Choose from the gallery',
    none: 'There are no pictures in the gallery yet.',
    hint: 'Or drop one here, or paste it.',
  },
  unit: { px: '{{value}} px', percent: '{{value}} %', degrees: '{{value}}°' },
};
