import * as v from 'valibot';
import type { ExactJson } from '../../comfy/exact-json';
import { type MaskStack, onlyPlainMask } from '../mask/mask-stack';
import type { EditorPicture, MaskExport } from '../model/editor-types';

/*
 * The server gets one mask for a job: all masks combined, modifiers applied. Where that is not all there is
 * to know, this browser keeps the masks, and the job's record names them. Opened in this browser, a result
 * gets its masks back as they were painted; elsewhere it gets what was sent, with neutral modifiers, so that
 * nothing is applied twice.
 */

const recordSchema = v.object({ made: v.pipe(v.string(), v.regex(/^[0-9a-f]{24}$/)) });

/** Keeps masks in this browser: a session. */
export interface MaskKeeper {
  keepMasks: (file: MaskExport) => { key: string; stack: MaskStack } | null;
}

/** Brings kept masks back: a session. */
export interface MaskBringer {
  readonly picture: EditorPicture | null;
  readonly masks: { readonly stack: MaskStack };
  exportMask: () => Promise<MaskExport>;
  bringMasks: (key: string) => Promise<boolean>;
}

/** Keeps the masks an export was made from; returns what the job's record should say about them, or null. */
export function keepMasks(session: MaskKeeper, file: MaskExport): { [key: string]: ExactJson } | null {
  const kept = session.keepMasks(file);
  const masks = kept?.stack.masks.map(({ name, mode, visible, modifiers }) => ({
    name,
    mode,
    visible,
    modifiers: { ...modifiers },
  }));
  return kept && masks ? { made: kept.key, masks } : null;
}

/**
 * Restores what `keepMasks` kept. False when the record names nothing, this browser has nothing, or another
 * picture was opened meanwhile. Also true when the masks on screen already give the same result and are
 * several or modified.
 */
export async function bringMasks(session: MaskBringer, record: unknown): Promise<boolean> {
  const parsed = v.safeParse(recordSchema, record);
  if (!parsed.success) {
    return false;
  }
  const { made } = parsed.output;
  const { picture } = session;
  const alike = made.startsWith((await session.exportMask()).hash);
  if (session.picture !== picture) {
    return false;
  }
  return (alike && onlyPlainMask(session.masks.stack) === null) || session.bringMasks(made);
}
