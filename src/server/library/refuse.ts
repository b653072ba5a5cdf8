import type { FastifyReply } from 'fastify';

/** Says no in a sentence. */
export function refuse(reply: FastifyReply, status: number, type: string, message: string): FastifyReply {
  return reply
    .code(status)
    .header('Cache-Control', 'no-store')
    .type('application/json; charset=utf-8')
    .send({ error: { type, message } });
}
