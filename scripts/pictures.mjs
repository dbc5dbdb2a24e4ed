import { inRepository, requireToolchainNode } from './lib/paths.mjs';
import { run, toolchainEnvironment } from './lib/run.mjs';
import { runMain } from './lib/say.mjs';
import { ensureBuilt } from './setup/build.mjs';
import { setUp } from './setup/index.mjs';

/* npm run pictures: takes the screenshots of docs/images from the running application. */
await runMain(async () => {
  const { environment } = await setUp();
  await ensureBuilt();
  return run(requireToolchainNode(), [inRepository('e2e', 'pictures.ts')], { env: toolchainEnvironment(environment) });
});
