import type { FastifyInstance, FastifyReply } from 'fastify';

import * as v from 'valibot';

import type { LibraryMark } from '../../ports/library-wire';
import { LATEST_STAMP } from '../../ports/stamped-entry';
import { isContentKey } from './disk-file';
import type { MarkStore } from './mark-store';
import { refuse } from './refuse';

/** Marks taken in by one request, and the most it may weigh, bytes. */
const MOST_MARKS = 5_000;
const LIST_BYTES = 4 * 1024 * 1024;

const keySchema = v.pipe(
  v.string(),
  v.check((key) => key === 'collections' || isContentKey(key)),
);
const stampSchema = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(LATEST_STAMP));
const textSchema = v.pipe(v.string(), v.maxLength(200));
const start = [keySchema, textSchema, stampSchema, textSchema] as const;
const markSchema = v.union([
  v.strictTuple([...start]),
  v.strictTuple([...start, v.union([v.pipe(v.number(), v.finite()), textSchema])]),
]);
const marksSchema: v.GenericSchema<unknown, { marks: LibraryMark[] }> = v.object({
  marks: v.pipe(v.array(markSchema), v.maxLength(MOST_MARKS)),
});
const sinceSchema = v.object({
  since: v.optional(v.pipe(v.string(), v.regex(/^\d{1,15}$/)), '0'),
  epoch: v.optional(v.pipe(v.string(), v.maxLength(40))),
});

function noDatabase(reply: FastifyReply): FastifyReply {
  return refuse(reply, 404, 'no_database', 'Darkroom has no database to keep marks in.');
}

/**
 * The owner's routes of marks by content: see `library-wire.ts`.
 * @param marks `null` without a database.
 * @param onChanged told of the contents whose marks were sent.
 */
export function markRoutes(
  app: FastifyInstance,
  marks: MarkStore | null,
  onChanged: (keys: ReadonlySet<string>) => void = () => undefined,
): void {
  app.get('/darkroom/library/marks', (request, reply) => {
    if (!marks) {
      return noDatabase(reply);
    }
    const asked = v.safeParse(sinceSchema, request.query);
    if (!asked.success) {
      return refuse(reply, 400, 'malformed', 'since must be a whole number, and epoch what the server said.');
    }
    const { since, epoch = null } = asked.output;
    return reply.header('Cache-Control', 'no-store').send(marks.since(Number(since), epoch));
  });

  app.post('/darkroom/library/marks', { bodyLimit: LIST_BYTES }, (request, reply) => {
    if (!marks) {
      return noDatabase(reply);
    }
    const asked = v.safeParse(marksSchema, request.body);
    if (!asked.success) {
      return refuse(
        reply,
        400,
        'malformed',
        `Send up to ${MOST_MARKS} marks, each with its content key and stamp.`,
      );
    }
    const { epoch, revision } = marks.merge(asked.output.marks);
    onChanged(new Set(asked.output.marks.map(([key]) => key).filter(isContentKey)));
    return reply.header('Cache-Control', 'no-store').send({ epoch, revision, marks: [] });
  });
}
