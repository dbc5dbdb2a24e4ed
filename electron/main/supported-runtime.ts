/** Major version of Electron that the console is built for; an older runtime is the stand-in for building and testing. */
export const builtForElectron = 45;

/** Whether a version of Electron is at least the one the console is built for. */
export function isSupportedRuntime(version: string): boolean {
  return Number.parseInt(version, 10) >= builtForElectron;
}
