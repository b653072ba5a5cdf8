/** What only the palette, the shortcut sheet and the settings say, loaded with them. */
export const dialogs = {
  palette: {
    title: 'Command palette',
    placeholder: 'What do you want to do?',
    empty: 'No command fits these words.',
  },
  sender: {
    label: 'Name of this browser',
    placeholder: 'Such as: tablet',
    text: 'The queue on other devices shows it beside your jobs.',
  },
  sheet: {
    title: 'Keyboard shortcuts',
    note: 'Shortcuts work while no text field is in use.',
    search: 'Search the shortcuts',
    none: 'No shortcut fits these words.',
  },
  diagnostics: {
    title: 'Diagnostics',
    copy: 'Copy diagnostics',
    about: 'Versions, capabilities and recent errors, for a bug report. No prompts, file names or addresses.',
    copied: 'Diagnostics copied.',
  },
  server: {
    title: 'Server',
    comfy: 'ComfyUI',
    page: 'This page',
    passes: 'Darkroom’s own server serves this page and passes requests on to ComfyUI.',
    hosted: 'ComfyUI serves this page itself. Another server has a page of its own: open its address.',
    demo: 'This is the demo: its engine stands in for ComfyUI and ends with it.',
    change: 'A browser cannot choose another ComfyUI. Start Darkroom with its address instead:',
  },
  wildcards: 'Lists that prompts draw from, on this and every other device.',
  recipe: {
    title: 'Recipe to start with',
    fitting: 'The first one that can run',
    about:
      'For pictures that cannot be repaired with the setup that made them. Applies when the editor opens next; choosing another recipe there changes it too.',
  },
  storage: {
    title: 'Where things are stored',
    pictures: 'Pictures and masks',
    picturesWhere: 'On the server, in ComfyUI’s output and input folders.',
    choices: 'Recipes and choices',
    server: 'On the server, the same on every device.',
    device: 'In this browser only: the server cannot store them.',
    unknown: 'In this browser, and on the server if it can store them.',
    browser: 'This browser',
    browserWhat: 'Keeps the job list, drafts of masks and thumbnails.',
    used: '{{size}} in all.',
    thumbs: 'Thumbnails',
    thumbsUsed_one: '{{formatted}} picture, {{size}}',
    thumbsUsed_other: '{{formatted}} pictures, {{size}}',
    clear: 'Clear cached thumbnails',
    cleared: 'Cached thumbnails cleared. They are made again when they are looked at.',
  },
};
