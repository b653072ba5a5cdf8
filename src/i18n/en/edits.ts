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
    fit: 'Fit',
    cover: 'Cover the mask',
    contain: 'Fit inside the mask',
    stretch: 'Stretch to the mask',
    original: 'Original size',
    x: 'Move right',
    y: 'Move down',
  },
  unit: { px: '{{value}} px', percent: '{{value}} %', degrees: '{{value}}°' },
};
