import { parseTarget } from './request-target';

/** No public id of a link is longer; every token and code is. */
const LONGEST_ID = 16;

/**
 * An address for the log: whoever reads a log must not be able to open a link with it, however the token or code in
 * the address was spelled.
 */
export function shownUrl(url: string): string {
  const target = parseTarget(url);
  if (!target) {
    return '(malformed)';
  }
  const [first, secret = ''] = target.segments;
  if (first !== 's' && first !== 'pair') {
    return url;
  }
  const rest = target.segments.slice(2).map((segment) => `/${encodeURIComponent(segment)}`);
  return `/${first}/${secret.length > LONGEST_ID ? '…' : encodeURIComponent(secret)}${rest.join('')}`;
}
