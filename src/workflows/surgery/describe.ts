import { surgery } from '../../i18n/en/surgery';
import { plain } from '../convert/problems';
import { type Note, noteSentence, type Problem, problemSentence, type Sentence } from './problems';

/** A problem as one plain English sentence, for the command line. */
export function describeProblem(problem: Problem): string {
  return inEnglish(problemSentence(problem));
}

/** A note as one plain English sentence, for the command line. */
export function describeNote(note: Note): string {
  return inEnglish(noteSentence(note));
}

/** The catalogue's sentence. Names come out of the graph's file, whose control characters no terminal may get. */
function inEnglish({ key, values }: Sentence): string {
  const [, group = '', name = ''] = key.split('.');
  const sentences = group === 'note' ? surgery.note : surgery.problem;
  const forms: Record<string, string> = sentences;
  const text = forms[name] ?? forms[`${name}_${values['count'] === 1 ? 'one' : 'other'}`] ?? key;
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, word: string) => plain(String(values[word] ?? '')));
}
