import { report } from '../base/report';
import type { Device, Pairing } from '../ports/share-wire';
import type { ShareClient } from './share-client';

/** How often it is asked whether a device has come, while a code is shown, ms. */
const LOOK = 2000;

/** A code that pairs one device, and the devices that are paired. */
export class PairBook {
  readonly #client: ShareClient;
  #pairing = $state.raw<Pairing | null>(null);
  #devices = $state.raw<readonly Device[]>([]);
  #now = $state(Date.now());
  #failed = $state(false);
  /** The device that came while the code was shown. */
  #newcomer = $state.raw<Device | null>(null);
  #known: ReadonlySet<string> | null = null;

  constructor(client: ShareClient) {
    this.#client = client;
  }

  get devices(): readonly Device[] {
    return this.#devices;
  }

  /** The code to be shown; `null` when there is none, or it was used. */
  get pairing(): Pairing | null {
    return this.#newcomer ? null : this.#pairing;
  }

  /** ms the code works for; 0 when it does no more. */
  get left(): number {
    return Math.max(0, (this.#pairing?.expiresAt ?? 0) - this.#now);
  }

  get newcomer(): Device | null {
    return this.#newcomer;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** Shows a code and looks who comes, until the returned function is called. */
  start(): () => void {
    void this.renew();
    const clock = setInterval(() => (this.#now = Date.now()), 1000);
    const look = setInterval(() => void this.look(), LOOK);
    return () => {
      clearInterval(clock);
      clearInterval(look);
    };
  }

  /** Makes a new code. */
  async renew(): Promise<void> {
    this.#failed = false;
    this.#newcomer = null;
    try {
      await this.look();
      this.#known = new Set(this.#devices.map(({ id }) => id));
      this.#pairing = await this.#client.pair();
      this.#now = Date.now();
    } catch (error) {
      report(error, 'sharing.pair');
      this.#failed = true;
    }
  }

  /** Reads the devices anew. */
  async look(): Promise<void> {
    try {
      this.#devices = await this.#client.devices();
      const known = this.#known;
      this.#newcomer ??= (known && this.#devices.find(({ id }) => !known.has(id))) ?? null;
    } catch (error) {
      report(error, 'sharing.devices');
    }
  }

  /** Takes a device's access away. Returns whether the server did. */
  async revoke(id: string): Promise<boolean> {
    try {
      await this.#client.forgetDevice(id);
      this.#devices = this.#devices.filter((device) => device.id !== id);
      return true;
    } catch (error) {
      report(error, 'sharing.revoke');
      return false;
    }
  }
}
