/** A version such as `0.33.0` or `2.9.1+cu130`. Four numbers would be an address. */
export function redactVersion(version: string | null | undefined): string | null {
  if (version == null) {
    return null;
  }
  return /^v?\d+(\.\d+){0,2}([-+.]?(rc|a|b|beta|alpha|dev|cu|cpu|rocm|xpu|post)[\d.]*)*$/i.test(version)
    ? version
    : '?';
}
