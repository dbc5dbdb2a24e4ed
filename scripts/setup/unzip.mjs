import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, symlink } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

/*
 * A small reader of ZIP archives (APPNOTE.TXT sections 4.3.6 to 4.3.16), because no Node has one and not every machine
 * has unzip. No ZIP64, no encryption: it says so when it meets one.
 */
const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;

/**
 * Unpacks the files that `place` gives a path for, relative to `folder`; null leaves an entry out.
 * @param {string} archive
 * @param {string} folder
 * @param {(name: string) => string | null} place
 */
export async function unzip(archive, folder, place) {
  const file = await open(archive);
  try {
    for (const entry of await readDirectory(file)) {
      const path = entry.name.endsWith('/') ? null : place(entry.name);
      if (path === null) continue;
      const target = resolve(folder, path);
      if (!target.startsWith(resolve(folder) + sep)) throw new Error(`${entry.name} would leave the folder`);
      await mkdir(dirname(target), { recursive: true });
      await unpack(file, archive, entry, target);
    }
  } finally {
    await file.close();
  }
}

/** @typedef {{ name: string, method: number, packed: number, size: number, offset: number, mode: number }} Entry */

/** @param {import('node:fs/promises').FileHandle} file @param {number} position @param {number} length */
async function bytes(file, position, length) {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead !== length) throw new Error('The archive is cut short.');
  return buffer;
}

/** @param {import('node:fs/promises').FileHandle} file @returns {Promise<Entry[]>} */
async function readDirectory(file) {
  const { size } = await file.stat();
  const tailLength = Math.min(size, 22 + 0xffff);
  const tail = await bytes(file, size - tailLength, tailLength);
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== endSignature) end -= 1;
  if (end < 0) throw new Error('This is not a ZIP archive.');
  const count = tail.readUInt16LE(end + 10);
  const length = tail.readUInt32LE(end + 12);
  const start = tail.readUInt32LE(end + 16);
  if (count === 0xffff || start === 0xffffffff) throw new Error('ZIP64 archives are not supported.');

  const directory = await bytes(file, start, length);
  const entries = [];
  for (let index = 0, at = 0; index < count; index += 1) {
    if (directory.readUInt32LE(at) !== entrySignature) throw new Error('The directory of the archive is damaged.');
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      packed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
      // The upper half of the external attributes is the Unix mode, file type included.
      mode: directory.readUInt16LE(at + 40),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/** @param {import('node:fs/promises').FileHandle} file @param {string} archive @param {Entry} entry @param {string} target */
async function unpack(file, archive, entry, target) {
  const header = await bytes(file, entry.offset, 30);
  if (header.readUInt32LE(0) !== localSignature) throw new Error(`${entry.name} is damaged.`);
  if (entry.method !== 0 && entry.method !== 8)
    throw new Error(`${entry.name}: compression ${entry.method} is not supported.`);
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  // createReadStream cannot read nothing: an empty file has no bytes to inflate either.
  const content = entry.packed === 0 ? Readable.from([]) : contentOf(archive, entry, start);

  if ((entry.mode & 0o170000) === 0o120000) {
    await symlink(await text(content), target);
    return;
  }
  const output = createWriteStream(target, { mode: entry.mode & 0o777 || 0o644 });
  await pipeline(content, output);
  if (output.bytesWritten !== entry.size) throw new Error(`${entry.name} is damaged.`);
}

/** @param {string} archive @param {Entry} entry @param {number} start */
function contentOf(archive, entry, start) {
  const packed = createReadStream(archive, { start, end: start + entry.packed - 1 });
  if (entry.method === 0) return packed;
  const inflated = createInflateRaw();
  packed.once('error', (error) => inflated.destroy(error));
  return packed.pipe(inflated);
}
