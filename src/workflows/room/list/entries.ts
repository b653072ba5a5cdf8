import type { DeskEntry } from '../desk/desk-db';
import { type Place, placeRoute } from '../place';
import type { Blueprint } from '../source/blueprints';
import type { TemplateGroup } from '../source/templates';
import type { SavedForm } from '../../saved-forms';

/** One thing that can be opened as a form. */
export interface ListEntry {
  /** Its route: unique in the list. */
  route: string;
  title: string;
  /** A sentence or two; may be empty. */
  about: string;
  /** Further words it is found by. */
  tags: readonly string[];
  /** Path of a picture on the server; `null` when there is none. */
  picture: string | null;
  /** When it was last changed or used, ms since the epoch; `null` when nobody says. */
  at: number | null;
  /** The newest job it was run as, which shows what it makes. */
  job: string | null;
}

/** A saved form with what this browser ran with it. */
export function ownEntries(
  forms: readonly SavedForm[],
  recent: readonly DeskEntry[],
): (ListEntry & { id: string })[] {
  const jobs = new Map(recent.map(({ key, runs }) => [key, runs[0]?.job ?? null]));
  return forms.map(({ id, name, changedAt }) => {
    const route = placeRoute({ kind: 'form', id });
    return { id, ...entry(route, name), at: changedAt, job: jobs.get(route) ?? null };
  });
}

/** What was open here, but for saved forms, which have a list of their own. */
export function recentEntries(recent: readonly DeskEntry[]): ListEntry[] {
  const ownPrefix = '/workflows/open/form?';
  return recent
    .filter(({ key }) => !key.startsWith(ownPrefix))
    .map(({ key, title, usedAt, runs }) => ({
      ...entry(key, title),
      at: usedAt,
      job: runs[0]?.job ?? null,
    }));
}

/** Workflows saved on the server, newest first. Hidden files and those that are no JSON are left out. */
export function serverEntries(files: readonly { path: string; changedAt: number | null }[]): ListEntry[] {
  return files
    .filter(({ path }) => /\.json$/i.test(path) && !/(^|\/)\./.test(path))
    .map(({ path, changedAt }) => {
      const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
      const place: Place = { kind: 'server', path };
      const title = path.slice(path.lastIndexOf('/') + 1).replace(/(\.app)?\.json$/i, '');
      return { ...entry(placeRoute(place), title), about: folder, at: changedAt };
    })
    .sort((a, b) => (b.at ?? 0) - (a.at ?? 0));
}

/** Subgraphs of the server. Packs other than ComfyUI itself are named. */
export function blueprintEntries(blueprints: readonly Blueprint[]): ListEntry[] {
  return blueprints.map(({ id, name, pack }) => ({
    ...entry(placeRoute({ kind: 'blueprint', id }), name),
    about: pack === 'comfyui' ? '' : pack,
  }));
}

/** Templates as entries, under their headings. */
export function templateEntries(groups: readonly TemplateGroup[]): { title: string; entries: ListEntry[] }[] {
  return groups.map(({ title, templates }) => ({
    title,
    entries: templates.map((template) => ({
      ...entry(placeRoute({ kind: 'template', pack: template.pack, name: template.name }), template.title),
      about: template.about,
      tags: [...template.tags, template.name, title],
      picture: template.picture,
    })),
  }));
}

function entry(route: string, title: string): ListEntry {
  return { route, title, about: '', tags: [], picture: null, at: null, job: null };
}

/**
 * Entries that contain every word of a query, those with a word in their title first. All of them for an
 * empty query, in their order.
 */
export function searchEntries<T extends ListEntry>(entries: readonly T[], query: string): T[] {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) {
    return [...entries];
  }
  const ranked = entries.flatMap((item): [T, number][] => {
    const title = item.title.toLocaleLowerCase();
    const text = [title, item.about, ...item.tags].join('\n').toLocaleLowerCase();
    return words.every((word) => text.includes(word))
      ? [[item, words.filter((word) => title.includes(word)).length]]
      : [];
  });
  // Stable: equal ones stay in their order.
  return ranked.sort(([, a], [, b]) => b - a).map(([item]) => item);
}
