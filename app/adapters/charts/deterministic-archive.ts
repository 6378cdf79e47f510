import { crc32 } from "node:zlib";
import { Header } from "tar";

const BLOCK_BYTES = 512;
/** A stored block's length has 16 bits. */
const STORED_LIMIT_BYTES = 0xffff;

/**
 * A tar archive whose bytes depend on nothing but paths and contents: no clock, user, umask or order of the file system.
 * @param files content by path; folders are not listed
 */
export function packTar(files: ReadonlyMap<string, Buffer>): Buffer {
  const parts = [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, content]) => [headerOf(path, content.byteLength), content, padding(content.byteLength)]);
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK_BYTES)]);
}

function headerOf(path: string, size: number): Buffer {
  const header = new Header({ path, size, type: "File", mode: 0o644, uid: 0, gid: 0, uname: "", gname: "", mtime: new Date(0) });
  const block = Buffer.alloc(BLOCK_BYTES);
  if (header.encode(block)) throw new Error(`${path} does not fit in a plain tar header`);
  return block;
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES);
}

/**
 * Gzip without compression. zlib's output differs between its versions and processors, and a digest must not.
 * @see RFC 1952 for the header, RFC 1951 section 3.2.4 for stored blocks
 */
export function gzipStored(content: Buffer): Buffer {
  const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
  const blocks: Buffer[] = [];
  for (let start = 0; start === 0 || start < content.byteLength; start += STORED_LIMIT_BYTES) {
    const data = content.subarray(start, start + STORED_LIMIT_BYTES);
    const isLast = start + STORED_LIMIT_BYTES >= content.byteLength;
    const lengths = Buffer.alloc(5);
    lengths.writeUInt8(isLast ? 1 : 0, 0);
    lengths.writeUInt16LE(data.byteLength, 1);
    lengths.writeUInt16LE(~data.byteLength & 0xffff, 3);
    blocks.push(lengths, data);
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(content), 0);
  trailer.writeUInt32LE(content.byteLength % 2 ** 32, 4);
  return Buffer.concat([header, ...blocks, trailer]);
}
