import { deviceId } from '../user-document';
import { DaySync, type DaySyncOptions } from './day-sync';

/** Begins with everything that finds again what the server has forgotten, until the returned function is called. */
export function startSources(options: Omit<DaySyncOptions, 'device'>): () => void {
  return new DaySync({ ...options, device: deviceId() }).start();
}
