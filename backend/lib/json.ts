/** JSON with bigints as decimal text, since JSON numbers are doubles. */
export function stringifyWithBigints(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item), indent);
}
