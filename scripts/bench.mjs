import { inRepository, requireToolchainNode, userFolder } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { runMain } from './lib/say.mjs';
import { ensurePackages } from './setup/packages.mjs';

/* npm run bench [-- --json <file>]: figures of this machine. Close other programs first. */
await runMain(async () => {
  await ensurePackages();
  return run(requireToolchainNode(), [inRepository('bench', 'main.ts'), ...process.argv.slice(2)], { cwd: userFolder });
});
