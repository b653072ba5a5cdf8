/** Hands a file to the person through the browser's download. */
export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Once started, the download holds the data itself.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 60_000);
}
