import { TILE_BYTES, type Tile, makeTile } from './mask-grid';

/** Compresses bytes in the background. Must return exactly what it was given. */
export interface ByteCodec {
  deflate: (bytes: Uint8Array) => Promise<Uint8Array>;
  inflate: (bytes: Uint8Array) => Promise<Uint8Array>;
}

/** Tiles packed at the same time: each needs a copy of its bytes meanwhile. */
const AT_ONCE = 32;

/** A tile's contents, packed. The bytes are here, or can be fetched on demand. Never changes. */
export class PackedTile {
  readonly #bytes: Uint8Array | (() => Promise<Uint8Array>);

  /**
   * @param rev that of the tile it was made from: equal revs mean equal contents.
   * @param size packed bytes.
   * @param bytes the packed bytes, or how to get them; that may reject when they are lost.
   */
  constructor(
    readonly rev: number,
    readonly size: number,
    bytes: Uint8Array | (() => Promise<Uint8Array>),
  ) {
    this.#bytes = bytes;
  }

  /** The packed bytes when they are at hand; null when they have to be fetched. */
  get bytes(): Uint8Array | null {
    return typeof this.#bytes === 'function' ? null : this.#bytes;
  }

  /** The packed bytes. Do not write into them. */
  async read(): Promise<Uint8Array> {
    return typeof this.#bytes === 'function' ? this.#bytes() : this.#bytes;
  }
}

/**
 * Packs tiles, each contents only once, however many want it: the history to save memory, the journal to save
 * disk space.
 */
export class TilePacker {
  readonly #codec: ByteCodec;
  readonly #known = new WeakMap<
    Tile,
    { rev: number; packing: Promise<PackedTile>; done: PackedTile | null }
  >();

  constructor(codec: ByteCodec) {
    this.#codec = codec;
  }

  /** The packed form of a tile. It becomes shared: writers take a copy. Rejects when the codec does. */
  pack(tile: Tile): Promise<PackedTile> {
    const known = this.#known.get(tile);
    if (known?.rev === tile.rev) {
      return known.packing;
    }
    tile.shared = true;
    const { rev } = tile;
    const packing = this.#codec
      .deflate(tile.data.slice(0, TILE_BYTES))
      .then((bytes) => new PackedTile(rev, bytes.length, bytes));
    const entry: { rev: number; packing: Promise<PackedTile>; done: PackedTile | null } = {
      rev,
      packing,
      done: null,
    };
    this.#known.set(tile, entry);
    packing.then(
      (packed) => {
        entry.done = packed;
      },
      // eslint-disable-next-line local/no-silent-catch -- the caller gets the same failure
      () => {
        if (this.#known.get(tile) === entry) {
          this.#known.delete(tile);
        }
      },
    );
    return packing;
  }

  /** Many at once, in the order given. Rejects when one does. */
  async packAll(tiles: readonly Tile[]): Promise<PackedTile[]> {
    for (const tile of tiles) {
      tile.shared = true;
    }
    const packed: PackedTile[] = [];
    for (let at = 0; at < tiles.length; at += AT_ONCE) {
      packed.push(...(await Promise.all(tiles.slice(at, at + AT_ONCE).map((tile) => this.pack(tile)))));
    }
    return packed;
  }

  /** The packed form when it is ready; null otherwise. */
  packed(tile: Tile): PackedTile | null {
    const known = this.#known.get(tile);
    return known?.rev === tile.rev ? known.done : null;
  }

  /** The tile again, with its original rev. Rejects when its bytes are lost. */
  async unpack(packed: PackedTile): Promise<Tile> {
    const data = await this.#codec.inflate(await packed.read());
    if (data.length !== TILE_BYTES) {
      throw new RangeError(`a tile of ${data.length} bytes`);
    }
    const tile = makeTile(data, true);
    tile.rev = packed.rev;
    this.#known.set(tile, { rev: tile.rev, packing: Promise.resolve(packed), done: packed });
    return tile;
  }

  /** Many at once, in the order given. Rejects when one does. */
  async unpackAll(packed: readonly PackedTile[]): Promise<Tile[]> {
    const tiles: Tile[] = [];
    for (let at = 0; at < packed.length; at += AT_ONCE) {
      tiles.push(...(await Promise.all(packed.slice(at, at + AT_ONCE).map((one) => this.unpack(one)))));
    }
    return tiles;
  }
}
