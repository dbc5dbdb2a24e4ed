import { Kbd } from '@mantine/core';

const words: Readonly<Record<string, string>> = { CmdOrCtrl: 'Ctrl', Left: '\u2190', Right: '\u2192' };
const macWords: Readonly<Record<string, string>> = {
  CmdOrCtrl: '\u2318',
  Shift: '\u21e7',
  Alt: '\u2325',
  Left: '\u2190',
  Right: '\u2192',
};

/** Accelerator keys as the user reads them: `CmdOrCtrl+Shift+S` -> `Ctrl Shift S`. */
function keyWords(keys: string, mac: boolean): string {
  const named = mac ? macWords : words;
  return keys
    .split('+')
    .map((key) => named[key] ?? key)
    .join(' ');
}

const isMac = navigator.userAgent.includes('Macintosh');

/** The keys of a command, printed small. */
export function KeyHint({ keys }: { readonly keys: string }) {
  return <Kbd>{keyWords(keys, isMac)}</Kbd>;
}
