/** What the editor says while it paints a mask for a form of the Workflows room. */
export const errand = {
  title: 'Mask for a form',
  for: 'Mask for “{{title}}”',
  text: 'Paint over what the workflow is to work on. The picture goes back into the form with this mask.',
  use: 'Use this mask',
  leave: 'Back without it',
  empty: 'Paint something first.',
  failed: 'The mask was not sent',
};
