import { push, replace } from 'svelte-spa-router';

/** A file named in a link, without the meaning the server gives it. */
export interface LinkedFile {
  filename: string;
  subfolder: string;
  type: string;
}

/** Addresses of the rooms, as hash routes without the `#`. */
export const routes = {
  gallery: (): string => '/gallery',
  /** One output in the viewer. */
  output: (jobId: string, index: number): string => `/gallery/${encodeURIComponent(jobId)}/${index}`,
  /** The labelled sheet of a sweep. */
  sheet: (sweepId: string): string => `/gallery/sheet/${encodeURIComponent(sweepId)}`,
  queue: (): string => '/queue',
  /** The editor, on a picture when one is given. */
  edit: (file?: LinkedFile): string => {
    if (!file) {
      return '/edit';
    }
    const { filename, subfolder, type } = file;
    return `/edit?${new URLSearchParams({ filename, subfolder, type }).toString()}`;
  },
  /** The editor, on what a result was made from, as it was when it was made. */
  editAgain: (result: LinkedFile): string => `${routes.edit(result)}&restore=1`,
  /** The editor on the picture a job was made from, with the job's form, and at one of its fields if that is known. */
  editJob: (parent: LinkedFile, jobId: string, field: string | null = null): string => {
    const query = new URLSearchParams({ job: jobId, ...(field !== null && { field }) });
    return `${routes.edit(parent)}&${query.toString()}`;
  },
  workflows: (): string => '/workflows',
  /** A job's graph as a form. Where the server has forgotten the job, the file it made tells the graph. */
  openForm: (jobId: string, file?: LinkedFile): string => {
    const query = new URLSearchParams({ id: jobId });
    if (file) {
      query.set('filename', file.filename);
      query.set('subfolder', file.subfolder);
      query.set('type', file.type);
    }
    return `/workflows/open/job?${query.toString()}`;
  },
  /** A job's graph as a form, at one input of a node. */
  openFormAt: (jobId: string, place: { node: string; input: string }): string =>
    `${routes.openForm(jobId)}&${new URLSearchParams({ node: place.node, input: place.input }).toString()}`,
  /** A job's graph as a form, set up to be run with several values of one input. */
  openSweep: (jobId: string): string => `${routes.openForm(jobId)}&sweep=1`,
};

/** Goes to a route and leaves a step in the browser's history. */
export function goTo(route: string): void {
  void push(route);
}

/** Goes to a route in place of the present step, as stepping through pictures does. */
export function replaceRoute(route: string): void {
  void replace(route);
}

/** The `href` of a route, for links that open in a new tab too. */
export function hrefTo(route: string): string {
  return `#${route}`;
}
