import { t } from '../../i18n/index.svelte';
import { errorSentence } from '../../jobs/state/job';
import type { SheetCell } from './sheet-cell';

/** Why there is no picture at a place of a sheet, in a few words; empty where there is one. */
export function cellWords({ state }: SheetCell): string {
  return state === 'picture' ? '' : t(`lineage.sheet.cell.${state}`);
}

/** The same in full: what the server said of a run that failed. */
export function cellReason(cell: SheetCell): string {
  const { error } = cell.job ?? {};
  return cell.state === 'failed' && error ? `${cellWords(cell)}: ${errorSentence(error)}` : cellWords(cell);
}
