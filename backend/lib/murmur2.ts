/**
 * murmur2 with the seed and constants of Kafka's default partitioner (`org.apache.kafka.common.utils.Utils.murmur2`),
 * so that a key goes to the same partition number here as it would on a Kafka topic with as many partitions.
 */
const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;
const SHIFT = 24;

/** The hash of `data` as a signed 32-bit integer, as Java returns it. */
function murmur2(data: Uint8Array): number {
  const length = data.length;
  const words = length >> 2;
  let hash = SEED ^ length;
  for (let word = 0; word < words; word += 1) {
    const at = word * 4;
    let mixed = byte(data, at) | (byte(data, at + 1) << 8) | (byte(data, at + 2) << 16) | (byte(data, at + 3) << 24);
    mixed = Math.imul(mixed, MULTIPLIER);
    mixed ^= mixed >>> SHIFT;
    mixed = Math.imul(mixed, MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ mixed;
  }
  const rest = words * 4;
  const left = length & 3;
  if (left === 3) hash ^= byte(data, rest + 2) << 16;
  if (left >= 2) hash ^= byte(data, rest + 1) << 8;
  if (left >= 1) hash = Math.imul(hash ^ byte(data, rest), MULTIPLIER);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MULTIPLIER);
  return hash ^ (hash >>> 15);
}

function byte(data: Uint8Array, at: number): number {
  return data[at] ?? 0;
}

/** `toPositive(murmur2(key)) % partitions`, as Kafka's partitioner has it. */
export function partitionOf(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
