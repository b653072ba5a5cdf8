import { DarkroomError } from './errors';

/** How many consecutive ports are tried if any will do. */
const PORT_TRIES = 20;

/**
 * Starts something on a port or, unless that port was asked for explicitly, on the next free one.
 * @param start must reject with DarkroomError `port_in_use` when the port is taken.
 * @throws DarkroomError `port_in_use` with a message that says what to do.
 */
export async function startOnFreePort<T>(
  first: number,
  isFixed: boolean,
  start: (port: number) => Promise<T>,
): Promise<T> {
  const last = isFixed ? first : first + PORT_TRIES - 1;
  for (let port = first; port <= last; port += 1) {
    try {
      return await start(port);
    } catch (error) {
      if (!(error instanceof DarkroomError) || error.code !== 'port_in_use') {
        throw error;
      }
    }
  }
  throw new DarkroomError(
    'port_in_use',
    isFixed
      ? `Port ${first} is in use by another program. Choose another with --port, for example --port ${first + 1}.`
      : `Ports ${first} to ${last} are all in use. Choose another with --port.`,
  );
}
