/**
 * Lets the person choose a picture file, or one of other types. Call it from a click or a key press: browsers
 * require one.
 * @param accept as in HTML.
 */
export function pickPicture(take: (file: File) => void, accept = 'image/*'): void {
  const chooser = document.createElement('input');
  chooser.type = 'file';
  chooser.accept = accept;
  chooser.hidden = true;
  chooser.addEventListener('change', () => {
    const file = chooser.files?.[0];
    chooser.remove();
    if (file) {
      take(file);
    }
  });
  chooser.addEventListener('cancel', () => {
    chooser.remove();
  });
  // Some browsers drop a chooser that is not part of the page.
  document.body.append(chooser);
  chooser.click();
}
