/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), four bytes at a time. */
const POLYNOMIAL = 0x82f63b78;

const tables = Array.from({ length: 4 }, () => new Int32Array(256));
const [first = new Int32Array(256), second = first, third = first, fourth = first] = tables;
for (let byte = 0; byte < 256; byte += 1) {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  first[byte] = value;
}
for (let byte = 0; byte < 256; byte += 1) {
  for (let table = 1; table < 4; table += 1) {
    const before = tables[table - 1]?.[byte] ?? 0;
    const into = tables[table];
    if (into) into[byte] = (before >>> 8) ^ (first[before & 0xff] ?? 0);
  }
}

/** @returns the checksum, unsigned */
export function crc32c(bytes: Uint8Array): number {
  let crc = -1;
  let at = 0;
  const whole = bytes.length - (bytes.length % 4);
  while (at < whole) {
    crc ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    crc =
      (fourth[crc & 0xff] as number) ^
      (third[(crc >>> 8) & 0xff] as number) ^
      (second[(crc >>> 16) & 0xff] as number) ^
      (first[crc >>> 24] as number);
    at += 4;
  }
  for (; at < bytes.length; at += 1) crc = (crc >>> 8) ^ (first[(crc ^ (bytes[at] as number)) & 0xff] as number);
  return ~crc >>> 0;
}
