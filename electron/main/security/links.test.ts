import { expect, it } from 'vitest';
import { allowedLink } from './links.ts';

it.each([
  'https://www.electronjs.org/docs/latest/',
  'https://github.com/electron/electron',
  'https://www.postgresql.org/docs/18/index.html',
])('opens %s', (url) => {
  expect(allowedLink(url)).toBe(url);
});

it.each([
  'http://www.electronjs.org/',
  'https://www.electronjs.org.evil.example/',
  'https://evil.example/https://www.electronjs.org/',
  'https://www.electronjs.org@evil.example/',
  'https://user@www.electronjs.org/',
  'https://www.electronjs.org:8443/',
  'https://github.com/',
  'https://github.com/someone/else',
  'https://github.com/electron/../someone/else',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'smb://host/share',
  'ms-settings:privacy',
  'not a link',
  '',
])('refuses %s', (url) => {
  expect(allowedLink(url)).toBeNull();
});

it('hands over the parsed form, so that what was judged is what opens', () => {
  expect(allowedLink('HTTPS://WWW.ElectronJS.org/docs/../docs')).toBe('https://www.electronjs.org/docs');
});
