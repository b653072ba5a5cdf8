/** Something did not end in the time it was given. It may still. */
export class TooLate extends Error {
  override readonly name = 'TooLate';
}

/** Waits for something at most so long, ms. @throws TooLate then, and what it throws itself. */
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
