// Just enough of XLSX for tests: a zip of a workbook with one sheet, and a reader that is not the one under test.
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

const RELS =
  '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/';
/** The parts around a sheet. */
export const FRAME = {
  '_rels/.rels': `${RELS}officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/_rels/workbook.xml.rels': `${RELS}worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
  'xl/workbook.xml':
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
};

/** @typedef {{data: Buffer, size: number, crc: number}} Packed deflated; `size` and `crc` are of what it was */

/** A workbook with these parts. @param {Record<string, Buffer>} parts @returns {Buffer} */
export const zipOf = (parts) => zipOfPacked({ ...FRAME, ...parts });

/** A zip of parts, each deflated here unless it is. Source: APPNOTE.TXT 6.3.10. @param {Record<string, string | Buffer | Packed>} parts @returns {Buffer} */
export function zipOfPacked(parts) {
  /** @type {Buffer[]} */
  const files = [];
  /** @type {Buffer[]} */
  const directory = [];
  let offset = 0;
  for (const [name, given] of Object.entries(parts)) {
    const { data, size, crc } = packed(given);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc, 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, tail, Buffer.from(name)]));
    files.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, listed, end]);
}

/** @param {string | Buffer | Packed} given @returns {Packed} */
function packed(given) {
  if (typeof given !== 'string' && 'crc' in given) return given;
  const data = Buffer.from(given);
  return { data: deflateRawSync(data), size: data.length, crc: crc32(data) };
}

/** The parts of a zip, by its directory. @param {Buffer} bytes @returns {Map<string, string>} */
function unzip(bytes) {
  const parts = new Map();
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06'));
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [method, size] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20)];
    const [nameLength, extra, comment] = [28, 30, 32].map((place) => bytes.readUInt16LE(at + place));
    const name = bytes.subarray(at + 46, at + 46 + nameLength).toString();
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const data = bytes.subarray(start, start + size);
    parts.set(name, (method === 8 ? inflateRawSync(data) : data).toString());
    at += 46 + nameLength + extra + comment;
  }
  return parts;
}

const ENTITIES = /** @type {Record<string, string>} */ ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' });
const plain = (/** @type {string} */ text) =>
  text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => ENTITIES[name]);

/** The first sheet's cells as they are written, and how many formulas there are. @param {Buffer} bytes */
export function readXlsx(bytes) {
  const parts = unzip(bytes);
  const shared = [...(parts.get('xl/sharedStrings.xml') ?? '').matchAll(/<si>(.*?)<\/si>/gs)].map(([, si]) =>
    plain([...si.matchAll(/<t[^>]*>(.*?)<\/t>/gs)].map(([, text]) => text).join('')),
  );
  const sheet = parts.get('xl/worksheets/sheet1.xml') ?? '';
  const cells = [...sheet.matchAll(/<row [^>]*>(.*?)<\/row>/gs)].map(([, row]) =>
    [...row.matchAll(/<c ([^>]*)>(.*?)<\/c>/gs)].map(([, about, inside]) => {
      const value = /<v>(.*?)<\/v>/s.exec(inside)?.[1] ?? '';
      return /t="s"/.test(about) ? shared[Number(value)] : plain(value);
    }),
  );
  return { cells, formulas: (sheet.match(/<f[ >]/g) ?? []).length };
}
