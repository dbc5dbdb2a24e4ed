/** Bytes of a message as a person can read them. */

export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

export interface HexLine {
  /** Place of the first byte. */
  readonly at: number;
  readonly hex: string;
  readonly text: string;
}

/** Lines of a hex dump. What is not printable ASCII is a middle dot. */
export function hexLines(bytes: Uint8Array, perLine: number): readonly HexLine[] {
  const lines: HexLine[] = [];
  for (let at = 0; at < bytes.length; at += perLine) {
    const line = [...bytes.subarray(at, at + perLine)];
    lines.push({
      at,
      hex: line.map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
      text: line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '\u00b7')).join(''),
    });
  }
  return lines;
}

/** As UTF-8; control characters become their visible pictures, bytes that are no text the replacement character. */
export function textOf(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is made visible.
  return text.replace(/[\u0000-\u001f]/g, (control) =>
    control === '\n' ? control : String.fromCodePoint(0x2400 + control.charCodeAt(0)),
  );
}
