/** An exception as Python would name it; `type` is what ComfyUI reports as `exception_type`. */
export class PythonError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** The lines ComfyUI would put into `traceback`, without any path of this machine. */
export function tracebackOf(error: unknown): string[] {
  const where = error instanceof Error ? error.message : String(error);
  return [`  File "darkroom-demo-engine", in execute\n    ${where.split('\n')[0] ?? ''}\n`];
}
