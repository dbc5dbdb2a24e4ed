/** A program that locks a data folder, says so, and stays until it is killed. `--no-lock`: without the operating system's lock. */
import { lockFolder } from '../embedded/folder-lock.ts';

const [folder, mode] = process.argv.slice(2);
if (!folder) throw new Error('usage: hold-folder-lock.ts <folder> [--no-lock]');

await lockFolder(folder, {
  address: '/nowhere/reelmetrics-000000/lock',
  ...(mode === '--no-lock' ? { osLock: () => 'unavailable' as const } : {}),
});
process.stdout.write('holding\n');
setInterval(() => {}, 60_000);
