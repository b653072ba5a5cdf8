import { reporting, reportingAs } from '../../base/report';
import { t } from '../../i18n/index.svelte';
import { say, UNDO_TIME } from '../../ui/toasts.svelte';
import { type DraftChoice, DraftNotKept } from './draft-keeper.svelte';
import type { MaskThumbnail } from '../mask/thumbnail';

/** What the shelf needs from the room. */
export interface DraftSource {
  /** Other drafts of the open picture, newest first. */
  drafts: () => Promise<DraftChoice[]>;
  /** What a draft masks; null when it is gone. */
  draftThumbnail: (id: string) => Promise<MaskThumbnail | null>;
  /** Switches to another draft. False when it is gone; throws when the present one has to stay. */
  chooseDraft: (id: string) => Promise<boolean>;
  forgetDraft: (id: string) => Promise<void>;
}

/** The other drafts of the open picture: to view, switch to and discard. */
export class DraftShelf {
  readonly #source: DraftSource;
  #drafts = $state.raw<DraftChoice[]>([]);
  #thumbnails = $state.raw<ReadonlyMap<string, MaskThumbnail>>(new Map());
  /** Drafts that are deleted once their undo expires. */
  #going = $state.raw<ReadonlySet<string>>(new Set());
  #busy = $state(false);
  #turn = 0;

  constructor(source: DraftSource) {
    this.#source = source;
  }

  /** Newest first, without those in which nothing was done. */
  get rows(): DraftChoice[] {
    return this.#drafts.filter(
      ({ id, coverage, steps }) => (coverage !== 0 || steps > 0) && !this.#going.has(id),
    );
  }

  /** Another draft is being restored. */
  get busy(): boolean {
    return this.#busy;
  }

  thumbnail(id: string): MaskThumbnail | null {
    return this.#thumbnails.get(id) ?? null;
  }

  /** Reloads the list. @param pictures thumbnails too; they follow one by one. */
  async load(pictures = true): Promise<void> {
    const turn = ++this.#turn;
    const drafts = await this.#source.drafts().catch(reportingAs('drafts.list', []));
    if (turn !== this.#turn) {
      return;
    }
    this.#drafts = drafts;
    const thumbnails = new Map<string, MaskThumbnail>();
    this.#thumbnails = thumbnails;
    for (const { id } of pictures ? this.rows : []) {
      const picture = await this.#source.draftThumbnail(id).catch(reportingAs('drafts.thumbnail', null));
      if (turn !== this.#turn) {
        return;
      }
      if (picture) {
        thumbnails.set(id, picture);
        this.#thumbnails = new Map(thumbnails);
      }
    }
  }

  /** Switches to a draft; the present one takes its place on the shelf. */
  async choose(id: string): Promise<void> {
    if (this.#busy) {
      return;
    }
    this.#busy = true;
    try {
      if (!(await this.#source.chooseDraft(id))) {
        say(t('inpaint.drafts.gone'));
      }
    } catch (error) {
      say(t(error instanceof DraftNotKept ? 'inpaint.drafts.unsaved' : 'inpaint.drafts.failed'));
    }
    try {
      await this.load();
    } finally {
      this.#busy = false;
    }
  }

  /** Takes a draft off the shelf at once, and deletes it from storage once its undo has expired. */
  discard(id: string): void {
    this.#going = new Set([...this.#going, id]);
    const keep = (): void => {
      this.#going = new Set([...this.#going].filter((other) => other !== id));
    };
    const timer = setTimeout(() => {
      void this.#source
        .forgetDraft(id)
        .catch(reporting('drafts.forget'))
        .then(() => this.load())
        .then(keep);
    }, UNDO_TIME);
    say(t('inpaint.drafts.discarded'), {
      label: t('inpaint.undo'),
      run: () => {
        clearTimeout(timer);
        keep();
      },
    });
  }
}
