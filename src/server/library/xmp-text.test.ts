import { describe, expect, it } from 'vitest';

import { ForeignSidecar, mergeXmp, readXmp, type XmpMarks } from './xmp-text';

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
    expect(() => readXmp(text)).toThrow(ForeignSidecar);
  });
});

/** As ExifTool 12.57 and Exiv2 0.27 write it. */
const EXIFTOOL = `<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x='adobe:ns:meta/' x:xmptk='Image::ExifTool 12.57'>
<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>

 <rdf:Description rdf:about=''
  xmlns:dc='http://purl.org/dc/elements/1.1/'>
  <dc:subject>
   <rdf:Bag>
    <rdf:li>sea</rdf:li>
    <rdf:li>old  town</rdf:li>
   </rdf:Bag>
  </dc:subject>
 </rdf:Description>

 <rdf:Description rdf:about=''
  xmlns:xmp='http://ns.adobe.com/xap/1.0/'>
  <xmp:Label>Favourite</xmp:Label>
  <xmp:Rating>3</xmp:Rating>
 </rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end='w'?>`;
const EXIV2 = `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
   xmp:Rating="-1"
   xmp:Label="Red">
   <dc:subject>
    <rdf:Bag>
     <rdf:li>harbour</rdf:li>
    </rdf:Bag>
   </dc:subject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>`;

describe('what a sidecar says', () => {
  it('is read from elements and from attributes', () => {
    expect(readXmp(EXIFTOOL)).toEqual({ rating: 3, label: 'favourite', tags: ['sea', 'old town'] });
    expect(readXmp(EXIV2)).toEqual({ rating: -1, label: 'other', tags: ['harbour'] });
    expect(readXmp(FOREIGN)).toEqual({ rating: 2, label: null, tags: ['sea & sky', 'old'] });
  });

  it('is what was written there', () => {
    const text = mergeXmp(null, marks({ rating: 4, favourite: true }, { 'a & <b>': true })) ?? '';
    expect(readXmp(text)).toEqual({ rating: 4, label: 'favourite', tags: ['a & <b>'] });
  });

  it('is nothing where there is nothing, and no number where there is none', () => {
    const empty = { rating: null, label: null, tags: [] };
    expect(readXmp(EXIV2.replace(/xmp:Rating.*\n.*"Red"/, '').replace('harbour', '  '))).toEqual(empty);
    expect(readXmp(EXIV2.replace('"-1"', '"many"')).rating).toBeNull();
    expect(readXmp(EXIV2.replace('"-1"', '"99"')).rating).toBe(5);
  });

  it('is the same tag however its spaces are written', () => {
    expect(mergeXmp(EXIFTOOL, marks({}, { 'old town': true }))).toBeNull();
    expect(mergeXmp(EXIFTOOL, marks({}, { 'old town': false }))).not.toContain('town');
  });
});
