import type { FastifyReply } from 'fastify';

/** Says no in a sentence. */
export function refuse(reply: FastifyReply, status: number, type: string, message: string): FastifyReply {
  return reply
    .code(status)
    .header('Cache-Control', 'no-store')
    .type('application/json; charset=utf-8')
    .send({ error: { type, message } });
}

/** Says that no folder is indexed. */
export function noLibrary(reply: FastifyReply): FastifyReply {
  return refuse(
    reply,
    404,
    'no_library',
    'Darkroom knows no folder of pictures. Start it with --output and the output folder of ComfyUI.',
  );
}
