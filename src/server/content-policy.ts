/** What a page of the app may load and run: no inline script, no eval, nothing from another host. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  'default-src': ["'self'"],
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'blob:', 'data:'],
  'media-src': ["'self'", 'blob:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'worker-src': ["'self'", 'blob:'],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
};

/** Content Security Policy of our own server, as the directives that helmet takes. */
export const HEADER_DIRECTIVES: Record<string, string[]> = Object.fromEntries(
  Object.entries({ ...SOURCES, 'frame-ancestors': ["'none'"] }).map(([name, values]) => [name, [...values]]),
);

/**
 * The same policy for a `<meta>` element, where another server holds the build. Browsers ignore
 * `frame-ancestors` there and complain about it.
 */
export const META_POLICY = Object.entries(SOURCES)
  .map(([name, values]) => `${name} ${values.join(' ')}`)
  .join('; ');

/** Permissions-Policy: device access the app never asks for. Full screen and the clipboard stay allowed. */
export const PERMISSIONS_POLICY = [
  'accelerometer',
  'bluetooth',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'publickey-credentials-get',
  'serial',
  'usb',
  'xr-spatial-tracking',
]
  .map((feature) => `${feature}=()`)
  .join(', ');
