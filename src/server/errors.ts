export type DarkroomErrorCode =
  | 'bad_comfy_url'
  | 'bad_host'
  | 'port_in_use'
  | 'no_app'
  | 'bad_arguments'
  | 'build_failed'
  | 'no_database'
  | 'lan_port_in_use'
  | 'no_certificate';

/** An error that whoever started the server can fix; `message` is written for them. */
export class DarkroomError extends Error {
  readonly code: DarkroomErrorCode;

  constructor(code: DarkroomErrorCode, message: string) {
    super(message);
    this.name = 'DarkroomError';
    this.code = code;
  }
}

/** The `code` of a Node system error (`ECONNREFUSED`…), or `undefined`. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  // Connecting to a name with several addresses fails with an AggregateError; its parts carry the code.
  const inner = error instanceof AggregateError ? (error.errors as unknown[])[0] : undefined;
  return code ?? (inner === undefined ? undefined : systemCode(inner));
}

/**
 * Runs what a timer or the end of a connection sets off. Nobody waits for it, and thrown from there a database that
 * cannot be read would end the server.
 */
export function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The next time will do.
  }
}
