/** Something did not end in time. It may still end. */
export class TooLate extends Error {
  override readonly name = 'TooLate';
}

/**
 * Waits for something, but no longer than `most` ms. @throws TooLate after that, and whatever the work
 * throws.
 */
export async function within<T>(work: Promise<T>, most: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new TooLate(`no end within ${most} ms`));
    }, most);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
