/**
 * Text that a store keeps and a terminal prints as it was meant: no control characters (PostgreSQL refuses NUL, a terminal
 * obeys the others), no half of a surrogate pair (it has no UTF-8), no marks that turn the direction of what follows.
 */

/** C0, DEL, C1; line and paragraph separator; what has no width; bidi controls; halves of surrogate pairs. */
const unfit =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what the pattern finds.
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;

/**
 * What keeps `text` from being stored and printed, as words that follow "it": "holds U+0000 at position 3"; null when
 * nothing does.
 * @param mostBytes limit in UTF-8
 */
export function faultOf(text: string, mostBytes = Number.POSITIVE_INFINITY): string | null {
  unfit.lastIndex = 0;
  const found = unfit.exec(text);
  if (found) return `holds ${codePointOf(found[0])} at position ${found.index + 1}, which cannot be stored or printed`;
  const bytes = new TextEncoder().encode(text).length;
  return bytes > mostBytes ? `has ${bytes} bytes in UTF-8; at most ${mostBytes} are allowed` : null;
}

/** Text of others for a terminal or a log: what a terminal would obey is written as `\u{..}`. Line breaks stay on request. */
export function printable(text: string, { lines = false }: { readonly lines?: boolean } = {}): string {
  return text.replace(unfit, (found) => (lines && found === '\n' ? found : `\\u{${hexOf(found)}}`));
}

/** JSON for a terminal or a log: the same value, with what a terminal would obey escaped. */
export function printableJson(json: string): string {
  return json.replace(unfit, (found) => `\\u${hexOf(found).padStart(4, '0')}`);
}

function codePointOf(character: string): string {
  return `U+${hexOf(character).toUpperCase().padStart(4, '0')}`;
}

function hexOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16);
}
