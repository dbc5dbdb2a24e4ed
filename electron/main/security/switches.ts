/**
 * Switches of Chromium that open the page to other programs of this computer or take a wall of the sandbox away. The
 * fuses keep Node's inspector out of the packed program, but Chromium reads these from the command line all the same.
 */
const weakening = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'remote-allow-origins',
  'disable-seccomp-filter-sandbox',
  'disable-setuid-sandbox',
  'disable-namespace-sandbox',
  'disable-gpu-sandbox',
  'disable-web-security',
  'disable-site-isolation-trials',
  'single-process',
  'renderer-cmd-prefix',
  'utility-cmd-prefix',
  'gpu-launcher',
  'load-extension',
  'js-flags',
  'log-net-log',
  'ssl-key-log-file',
] as const;

/** The first switch that a packed program refuses to start with; null = none. */
export function refusedSwitch(
  hasSwitch: (name: string) => boolean,
  { packaged, root }: { readonly packaged: boolean; readonly root: boolean },
): string | null {
  if (!packaged) return null;
  // Chromium does not run as root with its sandbox; for any other user it would be off for no reason.
  if (!root && hasSwitch('no-sandbox')) return 'no-sandbox';
  return weakening.find((name) => hasSwitch(name)) ?? null;
}
