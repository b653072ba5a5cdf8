import { createSubscriber } from 'svelte/reactivity';
import { report } from '../../base/report';
import { stringifyExact } from '../../comfy/exact-json';
import type { NodeInfo } from '../../comfy/object-info';
import type { PictureSource } from '../../comfy/picture-source';
import { randomUuid } from '../../comfy/uuid';
import { t } from '../../i18n/index.svelte';
import type { ComfyContext } from '../../jobs/context';
import { goTo } from '../../ui/routes';
import { complain } from '../../ui/toasts.svelte';
import { type SavedForm, savedForms, type SavedForms } from '../saved-forms';
import { type Desk, type DeskEntry, type DeskRecord, openDesk } from './desk/desk-db';
import { type Place, placeRoute } from './place';
import {
  type Opened,
  type OpenedGraph,
  openFile,
  openPlace,
  openText,
  type SourceServices,
} from './source/open-source';

/** Why something somebody brought did not become a form. */
export interface Refusal {
  title: string;
  reasons: readonly string[];
}

/** The Workflows room: what can be opened, and what became of it. */
export class WorkflowsRoom {
  readonly #sources: SourceServices;
  readonly forms: SavedForms;
  readonly comfy: ComfyContext;
  readonly pictures: PictureSource;
  readonly infos: () => Promise<ReadonlyMap<string, NodeInfo>>;
  readonly #subscribe: () => void;
  #desk: Promise<Desk> | null = null;
  #recent = $state.raw<readonly DeskEntry[] | null>(null);
  #refusal = $state.raw<Refusal | null>(null);
  #busy = $state(false);

  constructor(
    comfy: ComfyContext,
    pictures: PictureSource,
    cached: Pick<SourceServices, 'infos' | 'templates'>,
  ) {
    this.comfy = comfy;
    this.pictures = pictures;
    this.infos = cached.infos;
    this.forms = savedForms(comfy.client);
    this.#subscribe = createSubscriber((update) => this.forms.onChange(update));
    this.#sources = { client: comfy.client, jobs: comfy.jobs, pictures, forms: this.forms, ...cached };
  }

  /** Forms saved under a name. */
  get own(): readonly SavedForm[] {
    this.#subscribe();
    return this.forms.list();
  }

  /** What this browser had open, newest first; `null` until that is known. */
  get recent(): readonly DeskEntry[] | null {
    return this.#recent;
  }

  /** Why the last thing brought here did not open. */
  get refusal(): Refusal | null {
    return this.#refusal;
  }

  /** Whether something is being read. */
  get busy(): boolean {
    return this.#busy;
  }

  get desk(): Promise<Desk> {
    return (this.#desk ??= openDesk());
  }

  dismiss(): void {
    this.#refusal = null;
  }

  /** Reads the list of what was open here anew. */
  async refreshRecent(): Promise<void> {
    this.#recent = await (await this.desk).list();
  }

  /** Takes a line off the list of what was open here. */
  async forget(key: string): Promise<DeskRecord | null> {
    const desk = await this.desk;
    const record = await desk.read(key);
    await desk.remove(key);
    await this.refreshRecent();
    return record;
  }

  async putBack(record: DeskRecord): Promise<void> {
    await (await this.desk).write(record);
    await this.refreshRecent();
  }

  /** Reads a file without opening it. */
  read(file: File): Promise<Opened> {
    return openFile(file, this.#sources);
  }

  /** Opens a file as a form, or says why that cannot be. */
  takeFile(file: File): Promise<void> {
    return this.#take(() => openFile(file, this.#sources));
  }

  /** Opens pasted text as a form, or says why that cannot be. */
  takeText(text: string): Promise<void> {
    return this.#take(() => openText(text, t('workflows.pasted'), this.#sources));
  }

  async #take(open: () => Promise<Opened>): Promise<void> {
    this.#busy = true;
    this.#refusal = null;
    try {
      const result = await open();
      if (result.ok) {
        const place: Place = { kind: 'kept', id: randomUuid().slice(0, 13) };
        await (await this.desk).write(newRecord(place, result.opened));
        goTo(placeRoute(place));
      } else {
        this.#refusal = result;
      }
    } catch (error) {
      report(error, 'workflows.take');
      complain(t('workflows.readFailed'));
    } finally {
      this.#busy = false;
    }
  }

  /**
   * The record of what an address names: as it was left here, or else as its source has it now. A saved form
   * that was changed elsewhere since is the one that counts; what was typed over the old one is kept apart.
   */
  async open(place: Place): Promise<{ ok: true; record: DeskRecord } | Extract<Opened, { ok: false }>> {
    const desk = await this.desk;
    const kept = await desk.read(placeRoute(place));
    const saved = place.kind === 'form' ? await this.#savedForm(place.id) : undefined;
    if (kept && (place.kind !== 'form' || (saved && saved.version === kept.version))) {
      return { ok: true, record: kept };
    }
    if (kept && kept.graph !== kept.origin) {
      const copy = placeRoute({ kind: 'kept', id: randomUuid().slice(0, 13) });
      await desk.write({
        ...kept,
        key: copy,
        version: null,
        title: t('workflows.unsaved', { name: kept.title }),
      });
    }
    const result = await openPlace(place, this.#sources);
    return result.ok
      ? { ok: true, record: { ...newRecord(place, result.opened), ...history(kept) } }
      : result;
  }

  /** The record of an address as its source has it now, whatever was typed here. */
  async openAfresh(place: Place): Promise<{ ok: true; record: DeskRecord } | Extract<Opened, { ok: false }>> {
    const kept = await (await this.desk).read(placeRoute(place));
    if (kept && place.kind === 'kept') {
      return { ok: true, record: { ...kept, graph: kept.origin } };
    }
    const result = await openPlace(place, this.#sources);
    return result.ok
      ? { ok: true, record: { ...newRecord(place, result.opened), ...history(kept) } }
      : result;
  }

  async #savedForm(id: string): Promise<SavedForm | undefined> {
    // Another device may have it, or a newer one; without an answer this browser's copy counts.
    await this.forms.load();
    return this.forms.get(id);
  }
}

/** What a form made stays with it when the form itself comes anew. */
function history(kept: DeskRecord | null): Partial<DeskRecord> {
  return kept ? { runs: kept.runs, sweeps: kept.sweeps } : {};
}

/** A record of a graph that has just been opened. */
export function newRecord(place: Place, opened: OpenedGraph): DeskRecord {
  const graph = stringifyExact(opened.graph);
  return {
    key: placeRoute(place),
    title: opened.title,
    usedAt: Date.now(),
    origin: graph,
    graph,
    pngInfo: stringifyExact(opened.pngInfo),
    controls: '[]',
    layout: opened.layout === null ? null : stringifyExact(opened.layout),
    version: opened.version,
    runs: [],
    sweeps: [],
  };
}
