import { inRepository, requireToolchainNode, userFolder } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { runMain } from './lib/say.mjs';
import { ensureBuilt } from './setup/build.mjs';
import { ensurePackages } from './setup/packages.mjs';

/* npm run --silent cli -- <command>: the headless commands under plain Node. Only they write to stdout. */
await runMain(async () => {
  await ensurePackages();
  await ensureBuilt();
  return run(requireToolchainNode(), [inRepository('out', 'main', 'cli.js'), ...process.argv.slice(2)], {
    cwd: userFolder,
  });
});
