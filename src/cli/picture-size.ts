import sharp from 'sharp';

import { type FileRef, viewQuery } from '../comfy/file-ref';
import type { PixelSize } from '../workflows/recipe';
import { CliError, type CliIo, type OptionValues } from './command';
import { serverAddress } from './inputs';

const TIMEOUT_MS = 60_000;

/**
 * The size of a picture on the server, px.
 * @throws CliError when there is no server to ask, or it has no such picture.
 */
export async function readPictureSize(io: CliIo, options: OptionValues, ref: FileRef): Promise<PixelSize> {
  const address = serverAddress(io, options);
  if (address === null) {
    throw new CliError(
      'Give --size WIDTHxHEIGHT: a saved object_info does not tell how large the picture is.',
      2,
    );
  }
  let bytes: ArrayBuffer;
  try {
    const response = await fetch(`${address}/view?${viewQuery(ref)}`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) {
      throw new CliError(
        `${address} has no picture ${ref.filename}. Give --size WIDTHxHEIGHT, or another name.`,
      );
    }
    bytes = await response.arrayBuffer();
  } catch (error) {
    if (error instanceof CliError) {
      throw error;
    }
    throw new CliError(`ComfyUI does not answer at ${address}. Start it, or give --size WIDTHxHEIGHT.`);
  }
  try {
    const { width, height } = await sharp(bytes).metadata();
    return { width, height };
  } catch {
    throw new CliError(`${ref.filename} on ${address} is not a picture.`);
  }
}
