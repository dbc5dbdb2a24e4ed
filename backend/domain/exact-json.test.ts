import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inexactField } from './exact-json.ts';

const names = new Set(['amount', 'id', 'tickets']);
const found = (text: string) => {
  return inexactField(text, Object.keys(JSON.parse(text)).length, names);
};

describe('what JSON.parse reads differently from the text', () => {
  test.each([
    ['{"amount":1,"id":"x","amount":2}', 'amount'],
    ['{"amount":1,"amount" :2}', 'amount'],
    ['{"amount":1,"amount"\n:2,"id":"a:b"}', 'amount'],
    ['{"amount":1,"\\u0061mount":1}', 'amount'],
    [' { "id" : "a\\"b" , "tickets" : [1,{"id":2}] , "id" : null } ', 'id'],
  ])('is a field given twice: %s', (text, field) => {
    expect(found(text)).toEqual({ field, problem: 'repeated' });
  });

  test.each([
    '2598.0000000000000001',
    '9007199254740993e-0',
    '1e-400',
    '2.00000000000000000000001',
    '25980000000000000001e-16',
    '0.99999999999999999999',
    '-2.0000000000000000001',
  ])('is a number that is rounded: %s', (source) => {
    expect(found(`{"id":"x","amount":${source}}`)).toEqual(
      Number.isSafeInteger(Number(source)) ? { field: 'amount', problem: 'rounded', source } : null,
    );
    expect(found(`{"other":${source},"amount":1}`)).toBeNull();
  });

  test.each(['1', '-0', '0.0', '2.00', '1e3', '1.5e1', '12345e2', '1000000000', '9007199254740991', '100e-2', '12.5'])(
    'is not a whole number, however written, nor one that is read as none: %s',
    (source) => {
      expect(found(`{"amount":${source}}`)).toBeNull();
    },
  );

  test('is not what nested values, texts and other fields hold', () => {
    expect(
      found('{"id":"amount\\":1,\\"amount\\":2","other":{"amount":1,"amount":2},"amount":1,"other":2}'),
    ).toBeNull();
    expect(found('{"other":["amount","amount"],"amount":"\\\\"}')).toBeNull();
    expect(found('{}')).toBeNull();
  });

  test('is nothing in a text that JSON.stringify has written', () => {
    const value = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(value, fc.constantFrom(0, 2), (given, space) => found(JSON.stringify(given, null, space)) === null),
    );
  });

  test('is found at any place among other fields', () => {
    const other = fc.dictionary(
      fc.string().filter((name) => !names.has(name)),
      fc.jsonValue({ maxDepth: 2 }),
      { minKeys: 1 },
    );
    fc.assert(
      fc.property(other, other, other, fc.constantFrom('', ' ', '\n'), (a, b, c, space) => {
        const inner = (value: object) => JSON.stringify(value).slice(1, -1);
        const text = `{${inner(a)},"amount"${space}:1,${inner(b)},"amount"${space}:${space}2,${inner(c)}}`;
        return found(text)?.problem === 'repeated';
      }),
    );
  });
});
