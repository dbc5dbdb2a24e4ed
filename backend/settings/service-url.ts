/**
 * Addresses of services as URLs from the environment. Read by the letter: what `URL` would mend, guess or drop is refused
 * by name, because a guess connects to somewhere else. No message repeats the text: it may hold a password.
 */
import { AppError } from '../lib/app-error.ts';

export interface ServiceUrl {
  readonly scheme: string;
  readonly user: string | null;
  readonly password: string | null;
  /** Without the brackets of IPv6. */
  readonly host: string;
  readonly port: number;
  /** After the slash; null when there is none. */
  readonly path: string | null;
  readonly parameters: ReadonlyMap<string, string>;
}

export interface UrlForm {
  /** The variable it comes from. */
  readonly name: string;
  /** How it is written. */
  readonly form: string;
  readonly schemes: readonly string[];
  readonly port: number;
  /** Query parameters that are understood. */
  readonly parameters: readonly string[];
}

const escapes = 'Write % as %25, # as %23, ? as %3F, / as %2F, @ as %40 and : as %3A in a user or a password';

/** Errors: `AppError` bad_settings: the variable, what is wrong, and its form. */
export function parseServiceUrl(text: string, { name, form, schemes, port, parameters }: UrlForm): ServiceUrl {
  const refuse = (what: string, hint = `${name} is written ${form}.`): never => {
    throw new AppError('bad_settings', `${name} ${what}.`, { hint });
  };
  const escaped = (what: string) => refuse(what, `${escapes}: ${form}.`);
  const decode = (part: string, what: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      return escaped(`has a % in its ${what} that begins no escape`);
    }
  };

  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what the pattern refuses.
  if (/[\s\u0000-\u001f\u007f]/.test(text)) refuse('holds a blank or a control character');
  const begin = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text);
  if (begin === null) return refuse('is not a URL: it does not begin with a scheme and ://');
  const scheme = (begin[1] ?? '').toLowerCase();
  if (!schemes.includes(scheme)) refuse(`does not begin with ${schemes.join(':// or ')}://`);

  const rest = text.slice(begin[0].length);
  const end = rest.search(/[/?#]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const tail = end < 0 ? '' : rest.slice(end);
  const at = authority.lastIndexOf('@');
  // An @ behind the first of these belongs to a password that holds it unescaped.
  if (tail.includes('@')) escaped('has a /, ? or # in its user or password that is not escaped');
  if (tail.includes('#')) escaped('has a # that is not escaped');
  const credentials = at < 0 ? '' : authority.slice(0, at);
  if (credentials.includes('@')) escaped('has an @ in its user or password that is not escaped');
  const colon = credentials.indexOf(':');
  const user = decode(colon < 0 ? credentials : credentials.slice(0, colon), 'user');
  const password = colon < 0 ? '' : decode(credentials.slice(colon + 1), 'password');
  for (const each of [user, password]) if (each.includes('\0')) refuse('has a NUL in its user or password');

  const place = authority.slice(at + 1);
  if (place.includes(',')) refuse('names several hosts; ReelMetrics connects to one');
  if (/^%2f/i.test(place) || place.startsWith('.')) refuse('names a unix socket; ReelMetrics connects over TCP');
  const found = /^(\[[0-9a-f:.]+(?:%25[\w.-]+)?\]|[^:[\]]*)(?::(.*))?$/i.exec(place);
  if (found === null) return refuse('has a host that is not understood (IPv6 addresses stand in [brackets])');
  const host = decode((found[1] ?? '').replace(/^\[(.*)\]$/, '$1'), 'host');
  if (host === '') refuse('names no host (a unix socket cannot be used)');
  const digits = found[2];
  const number = digits === undefined ? port : Number(digits);
  if (digits !== undefined && (!/^\d{1,5}$/.test(digits) || number < 1 || number > 65_535)) {
    refuse('has a port that is not a whole number from 1 to 65535');
  }

  const question = tail.indexOf('?');
  const path = question < 0 ? tail : tail.slice(0, question);
  if (path.slice(1).includes('/')) refuse('has more than one name after the host');
  const given = new Map<string, string>();
  for (const pair of question < 0 ? [] : tail.slice(question + 1).split('&')) {
    const [key = '', ...more] = pair.split('=');
    const parameter = decode(key, 'parameters');
    if (pair === '') continue;
    if (!parameters.includes(parameter)) {
      const known = parameters.length === 0 ? 'none is understood' : `understood: ${parameters.join(', ')}`;
      refuse(`has the parameter "${parameter.slice(0, 40)}", which would have no effect (${known})`);
    }
    if (given.has(parameter)) refuse(`gives ${parameter} twice`);
    given.set(parameter, decode(more.join('='), 'parameters'));
  }
  return {
    ...{ scheme, host, port: number, parameters: given },
    user: user === '' ? null : user,
    password: password === '' ? null : password,
    path: path.length > 1 ? decode(path.slice(1), 'path') : null,
  };
}
