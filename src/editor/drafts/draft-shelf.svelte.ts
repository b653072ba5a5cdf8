import { t } from '../../i18n/index.svelte';
import { say, UNDO_TIME } from '../../ui/toasts.svelte';
import { type DraftChoice, DraftNotKept } from './draft-keeper.svelte';
import type { MaskThumbnail } from '../mask/thumbnail';

/** What the shelf needs of the room. */
export interface DraftSource {
  /** Other drafts of the open picture, newest first. */
  drafts: () => Promise<DraftChoice[]>;
  /** What a draft masks; null when it is gone. */
  draftThumbnail: (id: string) => Promise<MaskThumbnail | null>;
  /** Shows another draft. False when it is gone; throws when the present one has to stay. */
  chooseDraft: (id: string) => Promise<boolean>;
  forgetDraft: (id: string) => Promise<void>;
}

/** The other drafts of the open picture, to be looked at, taken up and discarded. */
export class DraftShelf {
  readonly #source: DraftSource;
  #drafts = $state.raw<DraftChoice[]>([]);
  #thumbnails = $state.raw<ReadonlyMap<string, MaskThumbnail>>(new Map());
  /** Drafts that will be forgotten when the undo has passed. */
  #going = $state.raw<ReadonlySet<string>>(new Set());
  #busy = $state(false);
  #turn = 0;

  constructor(source: DraftSource) {
    this.#source = source;
  }

  /** Newest first. Those in which nothing was done are left out. */
  get rows(): DraftChoice[] {
    return this.#drafts.filter(
      ({ id, coverage, steps }) => (coverage !== 0 || steps > 0) && !this.#going.has(id),
    );
  }

  /** Another draft is being put in place. */
  get busy(): boolean {
    return this.#busy;
  }

  thumbnail(id: string): MaskThumbnail | null {
    return this.#thumbnails.get(id) ?? null;
  }

  /** Looks anew what there is. @param pictures thumbnails, too; they follow one by one. */
  async load(pictures = true): Promise<void> {
    const turn = ++this.#turn;
    const drafts = await this.#source.drafts().catch(() => []);
    if (turn !== this.#turn) {
      return;
    }
    this.#drafts = drafts;
    const thumbnails = new Map<string, MaskThumbnail>();
    this.#thumbnails = thumbnails;
    for (const { id } of pictures ? this.rows : []) {
      const picture = await this.#source.draftThumbnail(id).catch(() => null);
      if (turn !== this.#turn) {
        return;
      }
      if (picture) {
        thumbnails.set(id, picture);
        this.#thumbnails = new Map(thumbnails);
      }
    }
  }

  /** Shows a draft; the present one takes its place on the shelf. */
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

  /** Takes a draft off the shelf at once, and out of storage when the undo has passed. */
  discard(id: string): void {
    this.#going = new Set([...this.#going, id]);
    const keep = (): void => {
      this.#going = new Set([...this.#going].filter((other) => other !== id));
    };
    const timer = setTimeout(() => {
      void this.#source
        .forgetDraft(id)
        .catch(() => undefined)
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
