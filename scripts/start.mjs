import { repository, userFolder } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { runMain } from './lib/say.mjs';
import { ensureBuilt } from './setup/build.mjs';
import { setUp } from './setup/index.mjs';

/*
 * npm start: sets up, builds what has changed, opens the console. Every argument after `--` goes to it unchanged, and
 * relative paths among them are relative to where the user stands.
 */
await runMain(async () => {
  const { electron, flags, environment } = await setUp();
  await ensureBuilt();
  return run(electron.executable, [...flags, repository, ...process.argv.slice(2)], {
    cwd: userFolder,
    env: { ...process.env, ...environment, REELMETRICS_CWD: userFolder },
  });
});
