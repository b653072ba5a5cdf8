import { tick } from 'svelte';
import { commands, isDialogOpen } from '../../ui/commands.svelte';
import type { EarlyPress } from '../early-keys.svelte';
import type { GalleryRoom } from '../gallery-room.svelte';

/** A key pressed longer ago than this no longer acts, ms. */
const PATIENCE = 10_000;

/** Has keys act that were pressed before their commands were there: in turn, each on the picture it was meant for. */
export class EarlyActs {
  readonly #room: GalleryRoom;
  readonly #presses: EarlyPress[];
  #acting = false;
  /** All commands are there: what nobody takes now is for nobody. */
  #all = false;
  /** The picture the press before was meant for. */
  #last: string | undefined;

  /** @param presses the keys that wait, the first first; those that have acted are taken from it. */
  constructor(room: GalleryRoom, presses: EarlyPress[]) {
    this.#room = room;
    this.#presses = presses;
  }

  /**
   * Has those act whose commands are there now.
   * @param all no further commands are to come.
   */
  async act(all: boolean): Promise<void> {
    this.#all = all;
    if (this.#acting || this.#presses.length === 0) {
      return;
    }
    this.#acting = true;
    const { grid } = this.#room;
    const now = grid.current?.key;
    let wandered = false;
    for (let press = this.#presses[0]; press; press = this.#presses[0]) {
      const { event, key } = press;
      const isMeant = this.#mean(key) && performance.now() - event.timeStamp < PATIENCE;
      wandered ||= key !== now;
      if (isMeant && !commands.takes(event) && !this.#all) {
        break;
      }
      this.#presses.shift();
      this.#last = key;
      if (isMeant && commands.handleKey(event)) {
        await settled();
      }
      if (isDialogOpen()) {
        // Keys are the dialog's from here on, and nobody has seen it yet.
        this.#presses.length = 0;
      }
    }
    this.#acting = false;
    if (this.#room.openKey === null && wandered) {
      // Somebody went on meanwhile: earlier keys do not take the focus away.
      void grid.reveal((this.#last === now ? grid.current?.key : now) ?? null);
    }
  }

  /** Turns to the picture a press was meant for; returns whether that can be done. */
  #mean(key: string | undefined): boolean {
    const { grid, openKey } = this.#room;
    // The key before it may have gone on to the next picture, which this one means then.
    if (key === undefined || key === this.#last) {
      return true;
    }
    if (openKey !== null) {
      return openKey === key;
    }
    grid.point(key);
    return true;
  }
}

/** Waits until a command that goes to another address is there. */
async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve);
  });
  await tick();
}
