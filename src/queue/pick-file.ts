/** Asks the person for one file of a kind, such as `.json`; nothing happens when they change their mind. */
export function pickFile(accept: string, chosen: (file: File) => void): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = accept;
  input.hidden = true;
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    input.remove();
    if (file) {
      chosen(file);
    }
  });
  input.addEventListener('cancel', () => input.remove());
  // What is in no document may be collected while the dialog is open.
  document.body.append(input);
  input.click();
}
