/** One source of input in the form both WebDriver protocols take (https://www.w3.org/TR/webdriver2/#actions). */
export interface InputSource {
  type: 'pointer' | 'key';
  id: string;
  parameters?: { pointerType: 'mouse' };
  actions: Record<string, unknown>[];
}

/** A browser with one page, controlled from outside. */
export interface Driver {
  /** What the browser calls itself, with its version. */
  readonly name: string;
  open(url: string): Promise<void>;
  /** Loads the page again, as F5 does. */
  reload(): Promise<void>;
  /**
   * The value of an expression in the page, which must be JSON or a promise of it.
   * @throws Error with the page's own message.
   */
  evaluate<T>(expression: string): Promise<T>;
  /** Real input events, as if the person had made them. */
  act(sources: InputSource[]): Promise<void>;
  close(): Promise<void>;
}

/** Thrown when the programs that an engine needs are not installed. */
export class NotInstalledError extends Error {}
