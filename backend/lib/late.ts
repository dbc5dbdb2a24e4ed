/**
 * Stands for an object that comes later: whatever is asked of it is asked of what `get` gives at that time, and fails as
 * `get` does before.
 */
export function late<T extends object>(get: () => T): T {
  return new Proxy({} as T, {
    get(_stand, key) {
      const object = get();
      const value: unknown = Reflect.get(object, key);
      return typeof value === 'function' ? value.bind(object) : value;
    },
  });
}
