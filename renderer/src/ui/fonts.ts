import interLatinExtended from '@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2';
import interLatin from '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2';
import monoLatinExtended from '@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-ext-wght-normal.woff2';
import monoLatin from '@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2';

/** What the packages' own style sheets say of each subset. */
const latin =
  'U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD';
const latinExtended =
  'U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+1D00-1DBF,U+1E00-1E9F,U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF';

/**
 * Registers the bundled fonts, only the subsets the interface writes. Not through the packages' style sheets: they hold
 * subsets so small that the bundler turns them into `data:` addresses, which the content security policy refuses.
 */
export function registerFonts(): void {
  const add = (family: string, url: string, unicodeRange: string): void => {
    document.fonts.add(
      new FontFace(family, `url(${url}) format('woff2')`, { weight: '100 900', display: 'swap', unicodeRange }),
    );
  };
  add('Inter Variable', interLatin, latin);
  add('Inter Variable', interLatinExtended, latinExtended);
  add('JetBrains Mono Variable', monoLatin, latin);
  add('JetBrains Mono Variable', monoLatinExtended, latinExtended);
}
