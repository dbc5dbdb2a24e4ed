/** Answers as JSON text. Money is bigint, which JSON lacks: `{"$bigint":"123"}`. */
interface Answer {
  readonly value: unknown;
  readonly asOf: number;
}

export function encodeAnswer({ value, asOf }: Answer): string {
  return JSON.stringify({ value, asOf }, (_key, item: unknown) =>
    typeof item === 'bigint' ? { $bigint: item.toString() } : item,
  );
}

/** Throws what JSON.parse throws. */
export function decodeAnswer(text: string): Answer {
  return JSON.parse(text, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && '$bigint' in item ? BigInt(String(item.$bigint)) : item,
  ) as Answer;
}
