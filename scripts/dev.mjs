import { inRepository, requireToolchainNode } from './lib/paths.mjs';
import { run, toolchainEnvironment } from './lib/run.mjs';
import { runMain } from './lib/say.mjs';
import { setUp } from './setup/index.mjs';

/* npm run dev: the console from its sources, with hot reload of the window. */
await runMain(async () => {
  const { flags, environment } = await setUp();
  const vite = inRepository('node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const sandbox = flags.length > 0 ? ['--noSandbox'] : [];
  return run(requireToolchainNode(), [vite, 'dev', '--watch', ...sandbox, ...process.argv.slice(2)], {
    env: toolchainEnvironment(environment),
  });
});
