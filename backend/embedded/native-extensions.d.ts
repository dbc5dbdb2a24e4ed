declare module 'fs-native-extensions' {
  /** Locks the whole file for this descriptor alone; false when another descriptor holds it. Throws where there are no locks. */
  export function tryLock(fd: number): boolean;
}
