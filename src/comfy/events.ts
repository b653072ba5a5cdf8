import * as v from 'valibot';
import { report } from '../base/report';
import { parseExact } from './exact-json';
import { nodeOutputSchema } from './schemas';

const id = v.string();
const optionalId = v.fallback(v.nullable(v.string()), null);
const timestamp = v.fallback(v.nullable(v.number()), null);

const nodeStateSchema = v.object({
  value: v.fallback(v.number(), 0),
  max: v.fallback(v.number(), 1),
  state: v.fallback(v.string(), ''),
  display_node_id: optionalId,
  /** What the node does besides its steps, such as `loading`; left out while that is nothing (ComfyUI PR 16202). */
  activity: optionalId,
});

/** The text events the app acts on (API reference 4.3). `timestamp` in ms since the epoch, null in old versions. */
const textEventSchema = v.variant('type', [
  v.object({
    type: v.literal('status'),
    data: v.object({
      status: v.object({ exec_info: v.object({ queue_remaining: v.number() }) }),
      sid: v.optional(v.string()),
    }),
  }),
  v.object({ type: v.literal('execution_start'), data: v.object({ prompt_id: id, timestamp }) }),
  v.object({
    type: v.literal('execution_cached'),
    data: v.object({ prompt_id: id, nodes: v.fallback(v.array(v.string()), []), timestamp }),
  }),
  v.object({
    type: v.literal('executing'),
    // The greeting after a reconnect carries no prompt_id.
    data: v.object({ node: optionalId, display_node: optionalId, prompt_id: optionalId }),
  }),
  v.object({
    type: v.literal('progress'),
    data: v.object({ value: v.number(), max: v.number(), prompt_id: optionalId, node: optionalId }),
  }),
  v.object({
    type: v.literal('progress_state'),
    data: v.object({ prompt_id: id, nodes: v.record(v.string(), nodeStateSchema) }),
  }),
  v.object({
    type: v.literal('executed'),
    data: v.object({
      prompt_id: id,
      node: id,
      display_node: optionalId,
      // null for a cached output node without UI.
      output: nodeOutputSchema,
    }),
  }),
  v.object({ type: v.literal('execution_success'), data: v.object({ prompt_id: id, timestamp }) }),
  v.object({
    type: v.literal('execution_error'),
    data: v.object({
      prompt_id: id,
      node_id: optionalId,
      node_type: optionalId,
      exception_message: v.fallback(v.string(), ''),
      exception_type: v.fallback(v.string(), ''),
      traceback: v.fallback(v.array(v.string()), []),
      timestamp,
    }),
  }),
  v.object({
    type: v.literal('execution_interrupted'),
    data: v.object({ prompt_id: id, node_id: optionalId, node_type: optionalId, timestamp }),
  }),
  v.object({ type: v.literal('feature_flags'), data: v.fallback(v.record(v.string(), v.unknown()), {}) }),
]);

/** A preview picture of the node at work. Ids are null in the legacy frame, which carries none (type 1). */
export interface PreviewEvent {
  type: 'preview';
  /** The picture becomes a blob when it is first asked for, which has a browser wait for another process. */
  data: { prompt_id: string | null; node: string | null; image: () => Blob };
}

/** Progress text of a node; broadcast to every socket without a job id (type 3). */
export interface TextEvent {
  type: 'text';
  data: { node: string; text: string };
}

export type ComfyEvent = v.InferOutput<typeof textEventSchema> | PreviewEvent | TextEvent;

/** Reads a text frame; `null` for custom types and for anything malformed: one odd event must not stop the others. */
export function parseTextFrame(frame: string): ComfyEvent | null {
  try {
    const parsed = v.safeParse(textEventSchema, parseExact(frame));
    return parsed.success ? parsed.output : null;
  } catch (error) {
    report(error, 'comfy.text-frame');
    return null;
  }
}

const previewMetaSchema = v.object({
  prompt_id: optionalId,
  node_id: optionalId,
  display_node_id: optionalId,
  image_type: v.fallback(v.string(), 'image/jpeg'),
});

/** Reads a binary frame (API reference 4.4): previews of type 1 and 4, text of type 3; `null` for others. */
export function parseBinaryFrame(frame: ArrayBuffer): ComfyEvent | null {
  try {
    return readBinary(frame);
  } catch (error) {
    report(error, 'comfy.binary-frame');
    return null;
  }
}

/**
 * Where the picture of a frame of type 1 may begin, in bytes: behind type and format as core sends it, or
 * behind the frame number and the 16-byte node id that the video helper suite puts before it.
 */
const PICTURE_AT = [8, 32];
/** How JPEG, PNG, WebP and GIF files begin. */
const SIGNATURES = [
  [0xff, 0xd8, 0xff],
  [0x89, 0x50, 0x4e, 0x47],
  [0x52, 0x49, 0x46, 0x46],
  [0x47, 0x49, 0x46, 0x38],
];

function isPicture(bytes: Uint8Array): boolean {
  return SIGNATURES.some((signature) => signature.every((byte, i) => bytes[i] === byte));
}

function readBinary(frame: ArrayBuffer): ComfyEvent | null {
  const view = new DataView(frame);
  const decoder = new TextDecoder();
  switch (view.getUint32(0)) {
    case 1: {
      const type = view.getUint32(4) === 2 ? 'image/png' : 'image/jpeg';
      const at = PICTURE_AT.find((offset) => isPicture(new Uint8Array(frame).subarray(offset)));
      return at === undefined ? null : preview(null, null, frame.slice(at), type);
    }
    case 3: {
      const length = view.getUint32(4);
      const node = decoder.decode(new Uint8Array(frame, 8, length));
      return { type: 'text', data: { node, text: decoder.decode(frame.slice(8 + length)) } };
    }
    case 4: {
      const length = view.getUint32(4);
      const meta = v.parse(previewMetaSchema, JSON.parse(decoder.decode(new Uint8Array(frame, 8, length))));
      const node = meta.display_node_id ?? meta.node_id;
      return preview(meta.prompt_id, node, frame.slice(8 + length), meta.image_type);
    }
    default:
      return null;
  }
}

function preview(
  promptId: string | null,
  node: string | null,
  bytes: ArrayBuffer,
  type: string,
): PreviewEvent | null {
  let blob: Blob | undefined;
  const image = (): Blob => (blob ??= new Blob([bytes], { type }));
  return bytes.byteLength > 0 ? { type: 'preview', data: { prompt_id: promptId, node, image } } : null;
}
