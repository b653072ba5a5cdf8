/**
 * Lets the person choose a folder; browsers without that, as on phones, let them choose files. Call it from a click or
 * a key press: browsers require one.
 */
export function pickFolder(take: (files: File[]) => void): void {
  const chooser = document.createElement('input');
  chooser.type = 'file';
  chooser.webkitdirectory = true;
  chooser.multiple = true;
  chooser.hidden = true;
  chooser.addEventListener('change', () => {
    const files = [...(chooser.files ?? [])];
    chooser.remove();
    take(files);
  });
  chooser.addEventListener('cancel', () => {
    chooser.remove();
  });
  // Some browsers drop a chooser that is not part of the page.
  document.body.append(chooser);
  chooser.click();
}
