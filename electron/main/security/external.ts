import { shell } from 'electron';
import { allowedLink } from './links.ts';

/** The one way out to the system's browser. False when the link is not one of ours; then nothing opens. */
export async function openExternal(url: string): Promise<boolean> {
  const allowed = allowedLink(url);
  if (allowed === null) return false;
  await shell.openExternal(allowed);
  return true;
}

/** Shows a folder of the program in the file manager (never a path from the page). Returns what went wrong, or null. */
export async function openOwnFolder(path: string): Promise<string | null> {
  const problem = await shell.openPath(path);
  return problem === '' ? null : problem;
}
