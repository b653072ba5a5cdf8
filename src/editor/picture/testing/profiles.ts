/** The primaries of a colour space as ICC profiles have them: XYZ of red, green and blue, for D50. */
export type Primaries = readonly (readonly [number, number, number])[];

export const SRGB_PRIMARIES: Primaries = [
  [0.43607, 0.22249, 0.01392],
  [0.38515, 0.71687, 0.09708],
  [0.14307, 0.06061, 0.7141],
];
export const P3_PRIMARIES: Primaries = [
  [0.51512, 0.2412, -0.00105],
  [0.29198, 0.69225, 0.04189],
  [0.1571, 0.06657, 0.78407],
];
export const ADOBE_PRIMARIES: Primaries = [
  [0.60974, 0.31111, 0.01947],
  [0.20528, 0.62567, 0.06087],
  [0.14919, 0.06322, 0.74457],
];

const fixed = (value: number): number => Math.round(value * 65536);

function tagged(type: string, length: number, write: (view: DataView) => void): Uint8Array {
  const data = new Uint8Array(8 + length);
  data.set(new TextEncoder().encode(type));
  write(new DataView(data.buffer, 8));
  return data;
}

/** The curve of sRGB as its formula. */
export const SRGB_FORMULA = tagged('para', 24, (view) => {
  view.setUint16(0, 3);
  [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045].forEach((value, at) => {
    view.setInt32(4 + at * 4, fixed(value));
  });
});

/** The curve of sRGB as a table of so many points. */
export function srgbTable(points: number): Uint8Array {
  return tagged('curv', 4 + points * 2, (view) => {
    view.setUint32(0, points);
    for (let at = 0; at < points; at++) {
      const x = at / (points - 1);
      view.setUint16(4 + at * 2, 65535 * (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
    }
  });
}

/** A plain power curve. */
export function gammaCurve(gamma: number): Uint8Array {
  return tagged('curv', 6, (view) => {
    view.setUint32(0, 1);
    view.setUint16(4, gamma * 256);
  });
}

/** An ICC profile of the simplest kind: three primaries and one curve for all, or a curve alone for grey. */
export function profile(primaries: Primaries | 'grey', curve: Uint8Array): Uint8Array {
  const xyz = (values: readonly number[]): Uint8Array =>
    tagged('XYZ ', 12, (view) => {
      values.forEach((value, at) => {
        view.setInt32(at * 4, fixed(value));
      });
    });
  const text = tagged('desc', 84, (view) => {
    view.setUint32(0, 2);
    view.setUint8(4, 0x78);
  });
  const tags: [string, Uint8Array][] = [
    ['desc', text],
    ['wtpt', xyz([0.9642, 1, 0.8249])],
    ...(primaries === 'grey'
      ? [['kTRC', curve] as [string, Uint8Array]]
      : ['r', 'g', 'b'].flatMap((name, at): [string, Uint8Array][] => [
          [`${name}XYZ`, xyz(primaries[at] ?? [])],
          [`${name}TRC`, curve],
        ])),
  ];
  const padded = (length: number): number => Math.ceil(length / 4) * 4;
  const start = 132 + tags.length * 12;
  const whole = new Uint8Array(tags.reduce((sum, [, { length }]) => sum + padded(length), start));
  const view = new DataView(whole.buffer);
  const write = (at: number, words: string): void => {
    whole.set(new TextEncoder().encode(words), at);
  };
  view.setUint32(0, whole.length);
  view.setUint32(8, 0x02400000);
  write(12, 'mntr');
  write(16, primaries === 'grey' ? 'GRAY' : 'RGB ');
  write(20, 'XYZ ');
  write(36, 'acsp');
  [0.9642, 1, 0.8249].forEach((value, at) => {
    view.setInt32(68 + at * 4, fixed(value));
  });
  view.setUint32(128, tags.length);
  let at = start;
  tags.forEach(([name, data], index) => {
    write(132 + index * 12, name);
    view.setUint32(136 + index * 12, at);
    view.setUint32(140 + index * 12, data.length);
    whole.set(data, at);
    at += padded(data.length);
  });
  return whole;
}

/** A JPEG with a profile in APP2 segments of at most `part` bytes, in place of any it has. */
export function jpegWithProfile(jpeg: Uint8Array, icc: Uint8Array, part = 60_000): Uint8Array<ArrayBuffer> {
  const count = Math.ceil(icc.length / part);
  const segments = Array.from({ length: count }, (_, index) => {
    const data = icc.subarray(index * part, (index + 1) * part);
    const length = data.length + 16;
    const head = [0xff, 0xe2, length >> 8, length & 255];
    return [...head, ...new TextEncoder().encode('ICC_PROFILE\0'), index + 1, count, ...data];
  });
  const kept: number[] = [];
  let at = 2;
  while (jpeg[at + 1] !== 0xda) {
    const end = at + 2 + (((jpeg[at + 2] ?? 0) << 8) | (jpeg[at + 3] ?? 0));
    if (jpeg[at + 1] !== 0xe2) {
      kept.push(...jpeg.subarray(at, end));
    }
    at = end;
  }
  return Uint8Array.from([0xff, 0xd8, ...segments.flat(), ...kept, ...jpeg.subarray(at)]);
}

/** A WebP with a profile in place of any it has. Size in px. */
export function webpWithProfile(
  webp: Uint8Array,
  icc: Uint8Array,
  { width, height }: { width: number; height: number },
): Uint8Array<ArrayBuffer> {
  const u24 = (value: number): number[] => [value & 255, (value >> 8) & 255, value >> 16];
  const chunk = (type: string, data: Uint8Array | number[]): number[] => [
    ...new TextEncoder().encode(type),
    ...u24(data.length),
    0,
    ...data,
    ...(data.length % 2 ? [0] : []),
  ];
  const pixels: number[] = [];
  for (let at = 12; at < webp.length;) {
    const length = new DataView(webp.buffer, webp.byteOffset).getUint32(at + 4, true);
    const end = at + 8 + length + (length % 2);
    const type = String.fromCharCode(...webp.subarray(at, at + 4));
    pixels.push(...(['VP8 ', 'VP8L'].includes(type) ? webp.subarray(at, end) : []));
    at = end;
  }
  const body = [
    ...new TextEncoder().encode('WEBP'),
    ...chunk('VP8X', [0x20, 0, 0, 0, ...u24(width - 1), ...u24(height - 1)]),
    ...chunk('ICCP', icc),
    ...pixels,
  ];
  return Uint8Array.from([...new TextEncoder().encode('RIFF'), ...u24(body.length), 0, ...body]);
}
