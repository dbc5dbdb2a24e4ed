import { describe, expect, it } from 'vitest';
import { noneMatch } from './etags.ts';

const tag = 'W/"sql.7.abc"';

describe('If-None-Match', () => {
  it.each([
    tag,
    '"sql.7.abc"',
    '*',
    ' * ',
    `"x", ${tag}`,
    `${tag},"x"`,
    '"a,b", "sql.7.abc"',
    '"" , "sql.7.abc"',
    ',, "sql.7.abc"',
  ])('%s matches', (header) => {
    expect(noneMatch(header, tag)).toBe(false);
    expect(noneMatch(header, '"sql.7.abc"')).toBe(false);
  });

  it.each([undefined, '', '"sql.8.abc"', 'W/"sql.7.ab"', 'sql.7.abc', '"x,sql.7.abc"', '"*"', "'sql.7.abc'"])(
    '%s does not',
    (header) => {
      expect(noneMatch(header, tag)).toBe(true);
    },
  );
});
