import { report, reportingAs } from '../base/report';
import { Stored, readObject } from '../base/stored';

/** What Darkroom's own server says about itself; other hosts of the app lack the route. */
export interface About {
  comfyUrl: string;
  /** Whether it indexes folders. */
  library: boolean;
}

/** How long it is waited before each further try, ms: what the page keeps goes by the answer, so it waits for this. */
const PAUSES = [200, 600];

/**
 * Asks whoever serves the page whether it is Darkroom's own server; `null` when it is not. A server that does not say
 * just now, as while it starts, is what it was before: taken for another one, it would have nothing kept and no library
 * until the page is loaded again.
 */
export async function readAbout(baseUrl: string): Promise<About | null> {
  const stored = new Stored(`darkroom.about ${baseUrl}`, { read });
  for (const pause of [...PAUSES, null]) {
    try {
      const about = await askAbout(baseUrl);
      stored.save(about);
      return about;
    } catch (error) {
      report(error, 'connect.about');
      await new Promise((resolve) => setTimeout(resolve, pause ?? 0));
    }
  }
  return stored.load();
}

/** @throws when the server cannot say. */
async function askAbout(baseUrl: string): Promise<About | null> {
  const response = await fetch(`${baseUrl}/darkroom/about`, { cache: 'no-store' });
  if (response.status >= 500 || response.status === 429) {
    throw new Error(`the server answers ${response.status}`);
  }
  return read(await response.json().catch(reportingAs('connect.about', null)));
}

function read(json: unknown): About | null {
  const { comfyUrl, library } = readObject(json);
  return typeof comfyUrl === 'string' ? { comfyUrl, library: library === true } : null;
}
