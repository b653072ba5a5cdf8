/** Asks the person for one file of a kind, such as `.json`; nothing happens when they change their mind. */
export function pickFile(accept: string, chosen: (file: File) => void): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = accept;
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file) {
      chosen(file);
    }
  });
  input.click();
}
