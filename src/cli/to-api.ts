import { stringifyExact } from '../comfy/exact-json';
import { describeProblem } from '../workflows/convert/problems';
import { toApiGraph } from '../workflows/convert/to-api';
import type { Command } from './command';
import { OBJECT_INFO_HELP, OBJECT_INFO_OPTION, readGraphArgument, readObjectInfo } from './inputs';

/** `graph to-api FILE`: the API graph of a workflow, a picture or a video. */
export const toApi: Command = {
  name: 'to-api',
  summary: 'turn a workflow of the editor, or what a picture holds, into the API format',
  help: `Turns a workflow of ComfyUI's editor into the API format, as ComfyUI's own front end does.

  npm run --silent graph -- to-api FILE [options]

FILE is JSON in either format, or a PNG, WebP, JPEG, MP4 or WebM file made by ComfyUI; - is standard input.
A file that holds the API format already is printed as it is, checked, without asking any server.

${OBJECT_INFO_HELP}
  --from-editor           convert the editor's workflow even where the file holds the API format too
  --keep-texts            leave {a|b} and %date:…% as they are instead of refusing them
  --help

Prints the graph to standard output and exits with 0 when nothing had to be guessed. Otherwise prints one
reason a line to standard error, nothing to standard output, and exits with 1.`,
  options: {
    ...OBJECT_INFO_OPTION,
    'from-editor': { type: 'boolean', default: false },
    'keep-texts': { type: 'boolean', default: false },
  },
  async run(io, files, options) {
    const { api, editor } = await readGraphArgument(io, files);
    if (api && !(options['from-editor'] === true && editor)) {
      io.out(`${stringifyExact(api, 2)}\n`);
      return 0;
    }
    if (!editor) {
      io.err('This file holds no workflow of the editor.');
      return 1;
    }
    const infos = await readObjectInfo(io, options);
    const conversion = toApiGraph(editor, infos, {
      texts: options['keep-texts'] === true ? 'keep' : 'expand',
    });
    if (!conversion.ok) {
      conversion.problems.forEach((problem) => {
        io.err(describeProblem(problem));
      });
      return 1;
    }
    io.out(`${stringifyExact(conversion.graph, 2)}\n`);
    return 0;
  },
};
