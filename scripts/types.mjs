import { inRepository, requireToolchainNode } from './lib/paths.mjs';
import { capture } from './lib/run.mjs';
import { runMain } from './lib/say.mjs';

/* npm run types: one TypeScript project per environment, each with only the globals that environment has. */
const projects = ['backend', 'electron/main', 'electron/preload', 'renderer', 'scripts', '.'];

await runMain(async () => {
  let failed = 0;
  for (const project of projects) {
    const args = [inRepository('node_modules', 'typescript', 'bin', 'tsc'), '--pretty', 'false', '-p', project];
    const { code, output } = await capture(requireToolchainNode(), args);
    process.stdout.write(`${code === 0 ? 'ok  ' : 'FAIL'} ${project}\n${output}`);
    if (code !== 0) failed += 1;
  }
  return failed === 0 ? 0 : 1;
});
