/**
 * Words a message may keep. A list of what is allowed rather than of what is secret: prompts, file names and
 * addresses are made of any words at all, so whatever is not listed here is dropped.
 */
const PLAIN_WORDS = new Set(
  (
    'a aborted abort access after all allowed already an and any answer answered answers are argument array ' +
    'arraybuffer as assigned async at be because been before being bigint blob body boolean broken browser ' +
    'buffer by bytes call callback cannot canvas channel clone cloned closed closing code command connection ' +
    'constructor context convert converting could create data database decode decoded defined delete denied ' +
    'did document does dynamically element empty encode error errors event exceeded execute expected failed ' +
    'failure fetch field file find for found from frame function get given has have http idbdatabase ' +
    'idbfactory idbobjectstore idbrequest idbtransaction image imported in index indexeddb initialize input ' +
    'insufficient instance internal invalid is iterable it its json key large length level limit list load ' +
    'loaded locked lost match maximum measured media memory message method missing module mutation name ' +
    'network nan no node not null number object of off offscreencanvas on only open operation option or out ' +
    'output parameter parse perform permission port position property properties promise quota range read ' +
    'reading refused rejected request required resolve response result returned same schema script security ' +
    'serialize server set shape signal size socket source stack started state status storage store string ' +
    'structured support supported symbol syntax than that the this time timed timeout to token too ' +
    'transaction transfer transferred type undefined unexpected unknown unreachable unsupported upload url ' +
    'user value version was when while window with within worker write writing wrong your'
  ).split(' '),
);

/** Parts of the API's paths; the rest of a path names a job, a file or a user. */
const ROUTE_PARTS = new Set(
  (
    'api about assets cancel clear darkroom embeddings experiment extensions features free global_subgraphs ' +
    'history i18n image interrupt jobs mask models node_replacements object_info prompt queue settings ' +
    'system_stats tags upload userdata users v2 view view_metadata workflow_templates ws'
  ).split(' '),
);

const LONGEST = 300;

/**
 * What of a message can be copied into a public report: listed words only, `#` for numbers and `…` for
 * everything else.
 */
export function redactMessage(message: string): string {
  const unquoted = message.slice(0, 4 * LONGEST).replace(QUOTED, '$1…');
  const words = unquoted.split(/\s+/);
  const kept = words.map((word) => {
    const [, before = '', core = '', after = ''] = /^([("'“‘[]*)(.*?)([)"'”’\].,:;!?]*)$/su.exec(word) ?? [];
    if (PLAIN_WORDS.has(core.toLowerCase())) {
      return unquote(before) + core + unquote(after);
    }
    return /^\d+$/.test(core) ? '#' : '…';
  });
  return kept
    .join(' ')
    .replace(/…( …)+/g, '…')
    .trim()
    .slice(0, LONGEST);
}

/** What stands in quotes is data, even where its words are plain. An apostrophe opens nothing. */
const QUOTED = /(^|[\s(:])(?:"[^"]*"|'[^']*'|`[^`]*`|“[^”]*”)/g;

/** A quotation mark without its partner only clutters. */
function unquote(marks: string): string {
  return marks.replace(/["'“”‘’]/g, '');
}

/** A path of the API with every part that is no route name replaced by `*`; no query. */
export function redactPath(path: string): string {
  const parts = (path.split(/[?#]/)[0] ?? '').split('/').slice(0, 6);
  return parts.map((part) => (part === '' || ROUTE_PARTS.has(part) ? part : '*')).join('/');
}

/** Where in our code an error arose: at most five frames as `file:line:column`, without folders or host. */
export function redactStack(stack: string, message: string): string[] {
  // V8 puts the message first, and a message can look like frames.
  const frames = message === '' ? stack : stack.replace(message, '');
  return frames
    .split('\n')
    .flatMap((line) => {
      const [, file, place] = FRAME.exec(line) ?? [];
      return file && place ? [file + place] : [];
    })
    .slice(0, 5);
}

// `at f (http://host/assets/index-Ab12.js:1:234)` in V8, `f@http://host/assets/index-Ab12.js:1:234` elsewhere.
const FRAME = /(?:https?|file):\/\/[^\s?#]*\/([\w.-]+\.(?:m?js|ts|svelte))(?:\?[^\s:]*)?(:\d+:\d+)\)?\s*$/;
