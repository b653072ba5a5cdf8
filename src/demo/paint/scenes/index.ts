import { hashText } from '../../random';
import type { Scene } from '../tools';
import { aurora } from './aurora';
import { city } from './city';
import { dunes } from './dunes';
import { flower } from './flower';
import { forest } from './forest';
import { ink } from './ink';
import { mountains } from './mountains';
import { paperCut } from './paper-cut';
import { planet } from './planet';
import { portrait } from './portrait';
import { sea } from './sea';
import { stillLife } from './still-life';
import { textile } from './textile';

const SCENES: readonly [words: RegExp, scene: Scene][] = [
  [/portrait|woman|girl|boy|\bman\b|face/i, portrait],
  [/aurora|northern light|lake/i, aurora],
  [/dune|desert|sand/i, dunes],
  [/paper|canyon|layered/i, paperCut],
  [/city|street|night|neon|rain/i, city],
  [/planet|space|nebula|star|galaxy/i, planet],
  [/still life|sphere|ball|ceramic|marble/i, stillLife],
  [/sea|ocean|wave|beach|water/i, sea],
  [/flower|dahlia|petal|rose|garden/i, flower],
  [/textile|woven|fabric|cloth|pattern|ikat/i, textile],
  [/forest|wood|tree|trunk/i, forest],
  [/mountain|valley|fog|mist|landscape/i, mountains],
  [/ink|abstract|swirl/i, ink],
];

/** The first scene the prompt names; if it names none, its hash chooses. */
export function chooseScene(prompt: string): Scene {
  const named = SCENES.find(([words]) => words.test(prompt));
  return (named ?? SCENES[hashText(prompt) % SCENES.length])?.[1] ?? ink;
}
