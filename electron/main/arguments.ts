import { resolve } from 'node:path';

/** A diagnostic run: simulate for `seconds`, check everything, write a report, exit. */
export interface SmokeOptions {
  readonly seconds: number;
  /** Events per second. */
  readonly rate: number;
  /** Absolute path of the JSON report; null prints it. */
  readonly report: string | null;
  /** Absolute path of the PNG; null takes none. */
  readonly screenshot: string | null;
}

export interface ProgramArguments {
  readonly smoke: SmokeOptions | null;
  /** Absolute path of the embedded database's folder; null uses the default one. */
  readonly dataDir: string | null;
  /** Data source to start with, as if it had been chosen: 'embedded', 'local', or the id of a profile. */
  readonly profile: string | null;
  /** Developer tools in the packed app. */
  readonly devtools: boolean;
}

export type ParsedArguments =
  | { readonly ok: true; readonly value: ProgramArguments }
  /** `message` is for a person, one line. */
  | { readonly ok: false; readonly message: string };

const defaultSmokeRate = 50;

const valueSwitches = ['smoke', 'rate', 'report', 'screenshot', 'data-dir', 'profile'] as const;
type ValueSwitch = (typeof valueSwitches)[number];

const isValueSwitch = (name: string): name is ValueSwitch => (valueSwitches as readonly string[]).includes(name);

/**
 * Reads the command line after the program (and, unpacked, the path of the app, which is just a word to be passed over).
 * Words and switches that are not ours are left alone: Chromium, Playwright and the desktop add their own.
 * Relative paths are taken from `folder`, where the user stands.
 */
export function parseArguments(argv: readonly string[], folder: string): ParsedArguments {
  const values = new Map<ValueSwitch, string>();
  let devtools = false;
  const words = argv.slice(1);
  for (let index = 0; index < words.length; index += 1) {
    const match = /^--([a-z][a-z-]*)(?:=(.*))?$/s.exec(words[index] ?? '');
    if (match === null) continue;
    const [, name = '', inline] = match;
    if (name === 'devtools') devtools = true;
    if (!isValueSwitch(name)) continue;
    if (values.has(name)) return refuse(`--${name} is given twice`);
    const next = words[index + 1];
    const value = inline ?? (next === undefined || next.startsWith('--') ? undefined : next);
    if (value === undefined || value === '') return refuse(`--${name} wants a value`);
    if (inline === undefined) index += 1;
    values.set(name, value);
  }
  return interpret(values, devtools, folder);
}

function interpret(values: ReadonlyMap<ValueSwitch, string>, devtools: boolean, folder: string): ParsedArguments {
  const path = (name: ValueSwitch): string | null => {
    const value = values.get(name);
    return value === undefined ? null : resolve(folder, value);
  };
  const profile = values.get('profile') ?? null;
  if (profile !== null && !/^[a-z0-9][a-z0-9-]{0,39}$/.test(profile)) {
    return refuse(`--profile ${profile}: wanted is "embedded", "local", or the id of a profile in Settings`);
  }

  const seconds = values.get('smoke');
  if (seconds === undefined) {
    for (const name of ['rate', 'report', 'screenshot'] as const) {
      if (values.has(name)) return refuse(`--${name} belongs to a diagnostic run: give --smoke <seconds> too`);
    }
    return { ok: true, value: { smoke: null, dataDir: path('data-dir'), profile, devtools } };
  }
  const duration = numberWithin(seconds, 1, 86_400);
  if (duration === null) return refuse(`--smoke ${seconds}: a number of seconds from 1 to 86400 is wanted`);
  const rateText = values.get('rate') ?? String(defaultSmokeRate);
  const rate = numberWithin(rateText, 0.1, 5000);
  if (rate === null) return refuse(`--rate ${rateText}: a number of events per second from 0.1 to 5000 is wanted`);
  const smoke: SmokeOptions = { seconds: duration, rate, report: path('report'), screenshot: path('screenshot') };
  return { ok: true, value: { smoke, dataDir: path('data-dir'), profile: profile ?? 'embedded', devtools } };
}

/** Plain decimal numbers only: '0x10', '1e3' and '' are slips, not numbers. */
function numberWithin(text: string, min: number, max: number): number | null {
  if (!/^\d+(\.\d+)?$/.test(text)) return null;
  const value = Number(text);
  return value >= min && value <= max ? value : null;
}

const refuse = (message: string): ParsedArguments => ({ ok: false, message });
