import type { Component } from 'svelte';
import type { FileRef } from '../comfy/file-ref';

/** What somebody wants to share. Pictures by their keys in the gallery, `<job id>/<output index>`. */
export type ShareWish =
  | { kind: 'pictures'; keys: readonly string[] }
  | { kind: 'search'; name: string; query: string }
  | { kind: 'collection'; name: string; query: string };

/**
 * Where rooms and sharing meet without knowing each other: rooms say what is picked and what is to be shared,
 * sharing says what guests think of it.
 */
class SharingPort {
  #wish = $state.raw<ShareWish | null>(null);
  #Tally = $state.raw<Component<{ file: FileRef }> | null>(null);
  #picked: () => readonly string[] = () => [];

  /** What is to be shared, until the dialog about it is closed. */
  get wish(): ShareWish | null {
    return this.#wish;
  }

  share(wish: ShareWish | null): void {
    this.#wish = wish;
  }

  /** Keys of the pictures that are open or selected. */
  get picked(): readonly string[] {
    return this.#picked();
  }

  /** A room says what is picked in it, until the returned function is called. */
  offer(picked: () => readonly string[]): () => void {
    this.#picked = picked;
    return () => {
      if (this.#picked === picked) {
        this.#picked = () => [];
      }
    };
  }

  /** What lies over a picture in the gallery to say how many guests voted for it; `null` while nobody votes. */
  get Tally(): Component<{ file: FileRef }> | null {
    return this.#Tally;
  }

  showTally(tally: Component<{ file: FileRef }> | null): void {
    this.#Tally = tally;
  }
}

export const sharingPort = new SharingPort();
