import type { TestProject } from 'vitest/node';
import { parseEra } from '../../src/demo/era';
import { statementsAbout } from './statement';

/** Says which ComfyUI the run is about, and how much is stated of it. */
export default function sayEra(project: TestProject): void {
  const { COMFYUI_URL: url } = process.env;
  const era = parseEra(project.config.env.CONTRACT_ERA ?? '');
  if (url !== undefined) {
    console.log(`Contract of the server at ${url}: the era is found by its routes.`);
  } else if (era !== null) {
    console.log(`Contract of ${era}, as the demo engine speaks it: ${statementsAbout(era)} statements.`);
  }
}
