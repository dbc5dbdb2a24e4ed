import { inRepository, requireToolchainNode, userFolder } from './lib/paths.mjs';
import { run, toolchainEnvironment } from './lib/run.mjs';
import { runMain } from './lib/say.mjs';
import { suiteServices } from './services/suite-services.mjs';
import { ensureBuilt } from './setup/build.mjs';
import { setUp } from './setup/index.mjs';

/*
 * Figures of this machine with Kafka, PostgreSQL and Redis, those that the environment names or some of its own. Close
 * other programs first.
 * npm run bench:services [-- --json <file>] [--only <bench>...] [--scale <part>]
 * npm run bench:gateway [-- --json <file>] [--seconds <n>]
 */
const [what = 'services', ...args] = process.argv.slice(2);

await runMain(async () => {
  const { environment } = await setUp();
  await ensureBuilt();
  const services = await suiteServices();
  try {
    return await run(requireToolchainNode(), [inRepository('bench', what, 'main.ts'), ...args], {
      cwd: userFolder,
      env: toolchainEnvironment({ ...environment, ...services.env }),
    });
  } finally {
    await services.stop();
  }
});
