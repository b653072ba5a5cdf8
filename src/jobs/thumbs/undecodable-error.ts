/** A picture no decoder of this browser takes. */
export class UndecodableError extends Error {
  override readonly name = 'UndecodableError';
}
