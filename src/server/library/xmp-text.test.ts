import { describe, expect, it } from 'vitest';

import { ForeignSidecar, mergeXmp, type XmpMarks } from './xmp-text';

const marks = (some: Partial<XmpMarks> = {}, tags: Record<string, boolean> = {}): XmpMarks => ({
  ...some,
  tags: new Map(Object.entries(tags)),
});

/** As digiKam and Lightroom write them: elements here, attributes there, and much that is none of ours. */
const FOREIGN = `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 5.5.0">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" xmp:Rating="2" crs:Exposure2012="+0.35">
   <crs:ToneCurve><rdf:Seq><rdf:li>0, 0</rdf:li></rdf:Seq></crs:ToneCurve>
  </rdf:Description>
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:digiKam="http://www.digikam.org/ns/1.0/">
   <dc:subject><rdf:Bag><rdf:li>sea &amp; sky</rdf:li><rdf:li>old</rdf:li></rdf:Bag></dc:subject>
   <digiKam:TagsList><rdf:Seq><rdf:li>places/sea</rdf:li></rdf:Seq></digiKam:TagsList>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
`;

describe('a sidecar', () => {
  it('is begun with rating, label and tags', () => {
    const text =
      mergeXmp(null, marks({ rating: 4, favourite: true }, { 'a & <b>': true, gone: false })) ?? '';
    expect(text).toContain('<?xpacket begin="\ufeff"');
    expect(text).toContain('xmp:Rating="4"');
    expect(text).toContain('xmp:Label="Favourite"');
    expect(text).toContain('<dc:subject><rdf:Bag><rdf:li>a &amp; &lt;b&gt;</rdf:li></rdf:Bag></dc:subject>');
    expect(text).not.toContain('gone');
    expect(mergeXmp(text, marks({ rating: 4, favourite: true }, { 'a & <b>': true }))).toBeNull();
  });

  it('of other programs keeps everything that is not said anew', () => {
    const text = mergeXmp(FOREIGN, marks({ rating: 5 }, { new: true, old: false })) ?? '';
    const expected = FOREIGN.replace('xmp:Rating="2" ', '')
      .replace('crs:Exposure2012="+0.35"', 'crs:Exposure2012="+0.35" xmp:Rating="5"')
      .replace('<rdf:li>old</rdf:li>', '<rdf:li>new</rdf:li>');
    const plain = (xmp: string): string => xmp.replace(/\s+/g, ' ').trim();
    expect(plain(text)).toBe(plain(expected));
    expect(mergeXmp(FOREIGN, marks())).toBeNull();
    expect(mergeXmp(FOREIGN, marks({ rating: 2 }, { 'sea & sky': true }))).toBeNull();
  });

  it('has a rating as an element, too', () => {
    const before = FOREIGN.replace(' xmp:Rating="2"', '').replace(
      '<crs:ToneCurve>',
      '<xmp:Rating>3</xmp:Rating><crs:ToneCurve>',
    );
    expect(mergeXmp(before, marks({ rating: 3 }))).toBeNull();
    const text = mergeXmp(before, marks({ rating: -1 })) ?? '';
    expect(text).toContain('xmp:Rating="-1"');
    expect(text).not.toContain('<xmp:Rating>');
    expect(mergeXmp(before, marks({ rating: 0 }))).not.toContain('Rating');
  });

  it('keeps a label of another program, and loses only ours', () => {
    const red = FOREIGN.replace('xmp:Rating="2"', 'xmp:Label="Red"');
    expect(mergeXmp(red, marks({ favourite: true }))).toBeNull();
    expect(mergeXmp(red, marks({ favourite: false }))).toBeNull();
    const ours = mergeXmp(FOREIGN, marks({ favourite: true })) ?? '';
    expect(mergeXmp(ours, marks({ favourite: false }))).not.toContain('Label');
  });

  it.each([
    ['no XML', 'rating: 5'],
    ['nothing', ''],
    ['cut off', FOREIGN.slice(0, 600)],
    ['no description', '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'],
    [
      'a bomb of entities',
      `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${FOREIGN.slice(FOREIGN.indexOf('<x:'))}`,
    ],
    ['a file of the system', `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>`],
  ])('that is %s is not touched', (_what, text) => {
    expect(() => mergeXmp(text, marks({ rating: 1 }))).toThrow(ForeignSidecar);
  });
});
