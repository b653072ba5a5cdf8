import { t } from '../i18n/index.svelte';
import type { Connection } from '../jobs/job-store.svelte';
import type { PageHost } from '../ports/page';

/** Where the servers of a page are. */
export interface Servers {
  host: PageHost;
  /** Address of ComfyUI, as people know it. */
  comfy: string;
  /** Origin of the page. */
  page: string;
  isDemo: boolean;
}

/** Which server is away, where it was looked for, and how to bring it back. */
export function outageWords(
  connection: Connection,
  servers: Servers,
): {
  title: string;
  lines: string[];
} {
  if (connection.state === 'off' && connection.missing === 'darkroom') {
    // The demo's engine is inside that server: there is no other to blame.
    const command = import.meta.env.DEV ? 'npm run dev' : servers.isDemo ? 'npm run demo' : 'npm start';
    return {
      title: t('shell.off.darkroom.title'),
      lines: [t('shell.off.at', { address: servers.page }), t('shell.off.darkroom.start', { command })],
    };
  }
  const asked = (connection.state === 'off' && connection.address) || servers.comfy;
  const start =
    servers.host === 'comfyui'
      ? [t('shell.off.startHost')]
      : [t('shell.off.start'), ...(servers.isDemo ? [] : [t('shell.off.demo')])];
  return { title: t('shell.off.title'), lines: [t('shell.off.at', { address: asked }), ...start] };
}
