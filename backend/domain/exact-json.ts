/**
 * JSON.parse keeps the last of two fields with one name, and rounds numbers to 53 bits: `{"amountCents": 1,
 * "amountCents": 2598.00000000000000001}` is read as 2598. This finds such fields in the text.
 */

/** How what was read differs from the text. `source`: the number as written, at most 40 characters. */
export type Inexact =
  | { readonly field: string; readonly problem: 'repeated' }
  | { readonly field: string; readonly problem: 'rounded'; readonly source: string };

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBrace = 0x7b;
const openBracket = 0x5b;
const closeBrace = 0x7d;
const closeBracket = 0x5d;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;

/**
 * The first of the named fields of an object that JSON.parse reads as something else than the text says.
 * @param text of an object that JSON.parse accepts
 * @param fieldCount how many fields it has as it was read
 * @param names the fields that count; others may be anything
 */
export function inexactField(text: string, fieldCount: number, names: ReadonlySet<string>): Inexact | null {
  return isPlain(text, fieldCount) ? null : search(text, names);
}

/**
 * Whether it is plain at a glance that nothing differs, as in what most programs write: one level, no white space, no
 * escapes, as many names as fields, and numbers of at most 15 digits.
 */
function isPlain(text: string, fieldCount: number): boolean {
  if (text.lastIndexOf('{') !== 0 || unusual.some((part) => text.includes(part))) return false;
  let fields = 0;
  for (let at = text.indexOf('":'); at >= 0; at = text.indexOf('":', at + 2)) {
    fields += 1;
    const start = at + 2;
    let end = start;
    while (isNumberPart(text.charCodeAt(end))) end += 1;
    if (end > start && !isShortWhole(text, start, end)) return false;
  }
  return fields === fieldCount;
}

const unusual = ['\\', '[', ' ', '\t', '\n', '\r'];

function isShortWhole(text: string, start: number, end: number): boolean {
  if (end - start > 15) return false;
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code < zero || code > nine) return false;
  }
  return true;
}

function search(text: string, names: ReadonlySet<string>): Inexact | null {
  const seen = new Set<string>();
  let depth = 0;
  let isName = false;
  let field: string | null = null;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const end = endOfString(text, at);
      if (depth === 1 && isName) {
        isName = false;
        field = nameAt(text, at, end, names);
        if (field !== null) {
          if (seen.has(field)) return { field, problem: 'repeated' };
          seen.add(field);
        }
      }
      at = end;
    } else if (code === openBrace || code === openBracket) {
      depth += 1;
      isName = depth === 1 && code === openBrace;
    } else if (code === closeBrace || code === closeBracket) depth -= 1;
    else if (code === comma) isName = depth === 1;
    else if (depth === 1 && (code === minus || (code >= zero && code <= nine))) {
      const end = endOfNumber(text, at);
      if (field !== null && !isExact(text.slice(at, end)))
        return { field, problem: 'rounded', source: text.slice(at, Math.min(end, at + 40)) };
      at = end - 1;
    }
  }
  return null;
}

/** The closing quote of the string whose opening quote is at `start`. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

/** Whether an odd number of backslashes stands before. */
function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text.charCodeAt(before) === backslash) before -= 1;
  return (at - before) % 2 === 0;
}

function nameAt(text: string, start: number, end: number, names: ReadonlySet<string>): string | null {
  const written = text.slice(start + 1, end);
  // A name may be written with escapes: "amount\u0043ents".
  const name = written.includes('\\') ? String(JSON.parse(text.slice(start, end + 1))) : written;
  return names.has(name) ? name : null;
}

function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && isNumberPart(text.charCodeAt(end))) end += 1;
  return end;
}

/** Digits, sign, point, exponent. */
function isNumberPart(code: number): boolean {
  return (code >= 0x2b && code <= nine && code !== comma && code !== 0x2f) || code === 0x65 || code === 0x45;
}

/** Whether a number as written is the whole number that it is read as; what is read as no whole number is left to others. */
function isExact(source: string): boolean {
  if (source.length <= 15 && /^-?\d+$/.test(source)) return true;
  const read = Number(source);
  if (!Number.isSafeInteger(read)) return true;
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return true;
  const places = Number(exponent) - fraction.length + (digits.length - significant.length);
  // A fraction remains, or it is larger than it was read as.
  return places >= 0 && `${significant}${'0'.repeat(Math.min(places, 20))}` === String(Math.abs(read));
}
