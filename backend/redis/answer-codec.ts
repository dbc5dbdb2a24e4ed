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

/** undefined when it is not such a text. */
export function decodeAnswer(text: string): Answer | undefined {
  try {
    const answer: unknown = JSON.parse(text, (_key, item: unknown) =>
      typeof item === 'object' && item !== null && '$bigint' in item ? BigInt(String(item.$bigint)) : item,
    );
    return isAnswer(answer) ? answer : undefined;
  } catch {
    return undefined;
  }
}

function isAnswer(answer: unknown): answer is Answer {
  if (typeof answer !== 'object' || answer === null) return false;
  return 'value' in answer && 'asOf' in answer && Number.isFinite(answer.asOf);
}
