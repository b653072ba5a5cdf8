/** What `%date%` says without a format of its own. */
const PLAIN_DATE = 'yyyy-MM-dd';

const PARTS = /d{1,2}|M{1,2}|h{1,2}|m{1,2}|s{1,2}|y{2,4}/g;

/**
 * A local time in a format of ComfyUI's front end: `yyyy`, `yy`, `M`, `MM`, `d`, `dd`, `h`, `hh` (of 24), `m`,
 * `mm`, `s`, `ss`. Everything else, `yyy` included, stays as it is.
 */
export function formatDate(date: Date, format = PLAIN_DATE): string {
  return format.replace(PARTS, (part) => {
    switch (part[0]) {
      case 'y':
        return part === 'yyy' ? part : String(date.getFullYear()).slice(part === 'yy' ? 2 : 0);
      case 'M':
        return padded(date.getMonth() + 1, part);
      case 'd':
        return padded(date.getDate(), part);
      case 'h':
        return padded(date.getHours(), part);
      case 'm':
        return padded(date.getMinutes(), part);
      default:
        return padded(date.getSeconds(), part);
    }
  });
}

function padded(value: number, part: string): string {
  return String(value).padStart(part.length, '0');
}
