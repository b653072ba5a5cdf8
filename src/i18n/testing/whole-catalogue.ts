import { en } from '../en';
import { compare as enCompare } from '../en/compare';
import { dialogs as enDialogs } from '../en/dialogs';
import { editorRoom as enEditor } from '../en/editor-room';
import { form as enForm } from '../en/form';
import { organise as enOrganise } from '../en/organise';
import { lineage as enLineage } from '../en/lineage';
import { guest as enGuest } from '../en/guest';
import { search as enSearch } from '../en/search';
import * as enSources from '../en/sources';
import { sharing as enSharing } from '../en/sharing';
import { selection as enSelection } from '../en/selection';
import { queueRoom as enQueue } from '../en/queue-room';
import { viewer as enViewer } from '../en/viewer';
import { workflowsRoom as enWorkflows } from '../en/workflows-room';
import { zhCn } from '../zh-cn';
import { compare as zhCnCompare } from '../zh-cn/compare';
import { dialogs as zhCnDialogs } from '../zh-cn/dialogs';
import { editorRoom as zhCnEditor } from '../zh-cn/editor-room';
import { form as zhCnForm } from '../zh-cn/form';
import { organise as zhCnOrganise } from '../zh-cn/organise';
import { lineage as zhCnLineage } from '../zh-cn/lineage';
import { guest as zhCnGuest } from '../zh-cn/guest';
import { search as zhCnSearch } from '../zh-cn/search';
import * as zhCnSources from '../zh-cn/sources';
import { sharing as zhCnSharing } from '../zh-cn/sharing';
import { selection as zhCnSelection } from '../zh-cn/selection';
import { queueRoom as zhCnQueue } from '../zh-cn/queue-room';
import { viewer as zhCnViewer } from '../zh-cn/viewer';
import { workflowsRoom as zhCnWorkflows } from '../zh-cn/workflows-room';
import type { MessageTree } from '../messages';

/** Every message of a language by its key, whichever part of the app brings it. */
export type WholeCatalogue = ReadonlyMap<string, string>;

// Parts may share branches, as the viewer does with the gallery.
const join = (...parts: MessageTree[]): WholeCatalogue => new Map(parts.flatMap((part) => flatten(part, '')));

function flatten(tree: MessageTree, prefix: string): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value]] : flatten(value, `${prefix}${key}.`),
  );
}

/** What Darkroom says in English. */
export const english = join(en, enViewer, enEditor, enWorkflows, enQueue, {
  dialogs: enDialogs,
  form: enForm,
  search: enSearch,
  organise: enOrganise,
  compare: enCompare,
  lineage: enLineage,
  sources: enSources,
  sharing: enSharing,
  guest: enGuest,
  selection: enSelection,
});

/** What Darkroom says in Chinese. */
export const chinese = join(zhCn, zhCnViewer, zhCnEditor, zhCnWorkflows, zhCnQueue, {
  dialogs: zhCnDialogs,
  form: zhCnForm,
  search: zhCnSearch,
  organise: zhCnOrganise,
  compare: zhCnCompare,
  lineage: zhCnLineage,
  sources: zhCnSources,
  sharing: zhCnSharing,
  guest: zhCnGuest,
  selection: zhCnSelection,
});
