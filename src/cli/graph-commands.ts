import { parseExactInt, stringifyExact } from '../comfy/exact-json';
import { parseAnnotated } from '../comfy/file-ref';
import type { ApiGraph } from '../comfy/graph';
import { describeProblem as describeConversion } from '../workflows/convert/problems';
import { toApiGraph } from '../workflows/convert/to-api';
import {
  type AreaRect,
  type FieldValue,
  fillValues,
  type NodeInfos,
  type PixelSize,
  type RecipeField,
  recipeInput,
  type RecipeSource,
  type RecipeValues,
} from '../workflows/recipe';
import { describeNote, describeProblem } from '../workflows/surgery/describe';
import { explainGraph } from '../workflows/surgery/explain';
import { sameSetup } from '../workflows/surgery/same-setup';
import { CliError, type CliIo, type Command, type OptionValues } from './command';
import { OBJECT_INFO_HELP, OBJECT_INFO_OPTION, readGraphArgument, readObjectInfo } from './inputs';
import { readPictureSize } from './picture-size';

const OPTIONS: Command['options'] = { ...OBJECT_INFO_OPTION, output: { type: 'string' } };

const OUTPUT_HELP =
  '  --output ID             the node that saved the picture; by default the best of those that save one';

/** `graph explain FILE`: what makes the picture, and whether it can repair one. */
export const explain: Command = {
  name: 'explain',
  summary: 'say what makes the picture of a graph, and whether it can repair one',
  help: `Finds the sampler behind a graph's saved picture, its model, VAE, texts and settings.

  npm run --silent graph -- explain FILE [options]

FILE is JSON in either format, or a picture or video made by ComfyUI; - is standard input.

${OBJECT_INFO_HELP}
${OUTPUT_HELP}
  --help

Prints what was found to standard output as JSON. What is missing for inpainting, and what had to be guessed,
goes to standard error; the exit code is then 1.`,
  options: OPTIONS,
  async run(io, files, options) {
    const { graph, infos } = await readInput(io, files, options);
    const told = explainGraph(graph, infos, { output: text(options, 'output') });
    io.out(`${stringifyExact(told, 2)}\n`);
    [...told.problems.map(describeProblem), ...told.notes.map(describeNote)].forEach((line) => {
      io.err(line);
    });
    return told.problems.length + told.notes.length > 0 ? 1 : 0;
  },
};

/** `graph inpaint FILE`: the graph that repairs a masked picture with what the file describes. */
export const inpaint: Command = {
  name: 'inpaint',
  summary: 'turn a graph into one that repaints the masked part of a picture',
  help: `Turns the graph that made a picture into one that repaints the masked part of a picture.

  npm run --silent graph -- inpaint FILE --picture NAME --mask NAME [options]

FILE is JSON in either format, or a picture or video made by ComfyUI; - is standard input.

  --picture NAME          the picture as LoadImage takes it: sub/name.png, "name.png [output]"
  --mask NAME             a picture of its size whose alpha is the mask: 0 repaints, 255 keeps
  --size WIDTHxHEIGHT     the picture's size in pixels; by default asked of the server
  --strength NUMBER       0 to 1; by default the graph's own, or what suits it
  --area X,Y,WIDTH,HEIGHT the part that the model sees, in pixels; by default everything
  --set NAME=VALUE        another value for one of the settings that explain lists; can be repeated
${OUTPUT_HELP}
${OBJECT_INFO_HELP}
  --help

Prints the graph to standard output and exits with 0 when nothing had to be guessed. Guesses go to standard
error, and the exit code is 1; so do reasons why there is no such graph.`,
  options: {
    ...OPTIONS,
    picture: { type: 'string' },
    mask: { type: 'string' },
    size: { type: 'string' },
    strength: { type: 'string' },
    area: { type: 'string' },
    set: { type: 'string', multiple: true },
  },
  async run(io, files, options) {
    const image = parseAnnotated(needed(options, 'picture'));
    const mask = parseAnnotated(needed(options, 'mask'));
    const strength = strengthOf(options);
    const area = areaOf(options);
    const given = sizeOf(options);
    const { graph, infos } = await readInput(io, files, options);
    const setup = sameSetup(graph, infos, { output: text(options, 'output') });
    if (!setup.ok) {
      setup.problems.map(describeProblem).forEach((line) => {
        io.err(line);
      });
      return 1;
    }
    const { recipe, notes } = setup;
    const fields = recipe.fields(infos);
    const wanted = settingsOf(options, fields);
    const values = fillValues(fields, { ...wanted, ...(strength === null ? {} : { denoise: strength }) });
    checkTaken(wanted, values);
    const source: RecipeSource = { kind: 'apart', image, mask };
    const size = given ?? (await readPictureSize(io, options, image));
    const made = recipe.build(recipeInput(source, size, { area }), values, infos);
    io.out(`${stringifyExact(made, 2)}\n`);
    // A strength that nobody asked for is not missed.
    const told = notes.filter(({ kind }) => kind !== 'fixed-strength' || strength !== null);
    told.map(describeNote).forEach((line) => {
      io.err(line);
    });
    return told.length > 0 ? 1 : 0;
  },
};

async function readInput(
  io: CliIo,
  files: readonly string[],
  options: OptionValues,
): Promise<{ graph: ApiGraph; infos: NodeInfos }> {
  const { api, editor } = await readGraphArgument(io, files);
  const infos = await readObjectInfo(io, options);
  if (api) {
    return { graph: api, infos };
  }
  const conversion = editor ? toApiGraph(editor, infos, { texts: 'keep', unknown: 'links' }) : null;
  if (!conversion?.ok) {
    throw new CliError((conversion?.problems ?? []).map(describeConversion).join('\n'));
  }
  return { graph: conversion.graph, infos };
}

function text(options: OptionValues, name: string): string | null {
  const value = options[name];
  return typeof value === 'string' ? value : null;
}

function needed(options: OptionValues, name: string): string {
  const value = text(options, name);
  if (value === null || value === '') {
    throw new CliError(`Give --${name} NAME. See "inpaint --help".`, 2);
  }
  return value;
}

function strengthOf(options: OptionValues): number | null {
  const value = text(options, 'strength');
  if (value === null) {
    return null;
  }
  const strength = value.trim() === '' ? NaN : Number(value);
  if (!(strength >= 0 && strength <= 1)) {
    throw new CliError('--strength takes a number from 0 to 1.', 2);
  }
  return strength;
}

function areaOf(options: OptionValues): AreaRect | null {
  const value = text(options, 'area');
  if (value === null) {
    return null;
  }
  const [x = 0, y = 0, width = 0, height = 0, ...more] = value.split(',').map(wholeNumber);
  if (value.split(',').length !== 4 || more.length > 0 || [x, y, width, height].some(Number.isNaN)) {
    throw new CliError('--area takes four whole numbers: X,Y,WIDTH,HEIGHT.', 2);
  }
  if (width === 0 || height === 0) {
    throw new CliError('--area needs a width and a height.', 2);
  }
  return { x, y, width, height };
}

function sizeOf(options: OptionValues): PixelSize | null {
  const value = text(options, 'size');
  if (value === null) {
    return null;
  }
  const [width = NaN, height = NaN] = value.split('x').map(wholeNumber);
  if (!(width > 0 && height > 0)) {
    throw new CliError('--size takes two whole numbers: WIDTHxHEIGHT.', 2);
  }
  return { width, height };
}

function wholeNumber(digits: string): number {
  return /^\s*\d{1,6}\s*$/.test(digits) ? Number(digits) : NaN;
}

/** Settings by name; seeds stay exact. */
function settingsOf(options: OptionValues, fields: readonly RecipeField[]): RecipeValues {
  const given = options['set'];
  const pairs = Array.isArray(given) ? given.map(String) : [];
  return Object.fromEntries(
    pairs.map((pair) => {
      const cut = Math.max(0, pair.indexOf('='));
      const [name, value] = [pair.slice(0, cut), pair.slice(cut + 1)];
      const field = fields.find(({ key }) => key === name);
      if (!field) {
        const known = fields.map(({ key }) => key).join(', ');
        throw new CliError(`There is no setting "${name}" here. Settings: ${known}.`, 2);
      }
      return [name, typed(field, value)];
    }),
  );
}

function typed(field: RecipeField, value: string): FieldValue {
  switch (field.kind) {
    case 'number':
      return value.trim() === '' ? value : Number(value);
    case 'seed':
      return parseExactInt(value) ?? value;
    case 'boolean':
      return value === 'true';
    default:
      return value;
  }
}

function checkTaken(wanted: RecipeValues, values: RecipeValues): void {
  for (const [name, value] of Object.entries(wanted)) {
    if (values[name] !== value) {
      throw new CliError(`"${String(value)}" cannot be the value of ${name}.`, 2);
    }
  }
}
