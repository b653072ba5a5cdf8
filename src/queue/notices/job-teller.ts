import type { JobRecord } from '../../jobs/state/job';
import type { NoticeSettings } from './notice-settings.svelte';

/** Ways to tell of a job. */
export interface TellerPorts {
  settings: Pick<NoticeSettings, 'told' | 'sound' | 'system'>;
  /** This browser's mark: only its own jobs are news. */
  browser: string;
  /** The route of the room that is open. */
  room: () => string;
  /** Whether nobody sees the page. */
  hidden: () => boolean;
  say: (job: JobRecord, outcome: Outcome) => void;
  chime: (outcome: Outcome) => void;
  notify: (job: JobRecord, outcome: Outcome) => void;
}

export type Outcome = 'done' | 'failed';

/** These rooms show by themselves what has become of a job: the queue all of it, the others their own results. */
const SHOWS = { failed: /^\/queue/, done: /^\/(queue|edit|workflows)/ };

/** Tells of a job that has just ended, in the ways its owner wants. One that was cancelled is no news to them. */
export function tellOfJob(job: JobRecord, ports: TellerPorts): void {
  const { settings, browser, room, hidden } = ports;
  const own = job.mine || job.sender?.browser === browser;
  const outcome = job.state === 'completed' ? 'done' : job.state === 'failed' ? 'failed' : null;
  if (!own || outcome === null) {
    return;
  }
  const wanted = settings.told === 'all' || (settings.told === 'failures' && outcome === 'failed');
  if (wanted && (hidden() || !SHOWS[outcome].test(room()))) {
    ports.say(job, outcome);
  }
  if (settings.sound) {
    ports.chime(outcome);
  }
  if (settings.system && hidden()) {
    ports.notify(job, outcome);
  }
}
