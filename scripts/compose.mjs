import { basename, resolve } from 'node:path';
import { inRepository, requireToolchainNode } from './lib/paths.mjs';
import { capture, run } from './lib/run.mjs';
import { runMain } from './lib/say.mjs';

/*
 * The step `compose`, node scripts/compose.mjs [<file>]: docker-compose.yml against the schema of the compose specification, which dclint brings along, and its
 * rules; and read by Docker's own program where there is one. No engine is needed.
 */
const programs = [['docker', 'compose'], ['docker-compose']];

await runMain(async () => {
  const file = resolve(process.argv[2] ?? inRepository('docker-compose.yml'));
  const linter = inRepository('node_modules', 'dclint', 'bin', 'dclint.cjs');
  // The project's name is its folder's, so that two clones do not share volumes; the order of keys is ours; quotes are
  // the formatter's.
  const left = ['require-project-name-field', 'service-keys-order', 'require-quotes-in-ports'];
  const rules = left.flatMap((rule) => ['--disable-rule', rule]);
  const code = await run(requireToolchainNode(), [linter, file, '--max-warnings', '0', ...rules]);
  if (code !== 0) return code;
  process.stdout.write(`${basename(file)} is as the compose specification wants it\n`);

  for (const [program = '', ...args] of programs) {
    const { code: missing } = await capture(program, [...args, 'version']);
    if (missing !== 0) continue;
    const answer = await run(program, [...args, '-f', file, 'config', '--quiet']);
    if (answer !== 0) return answer;
    process.stdout.write(`${[program, ...args].join(' ')} reads it\n`);
  }
  return 0;
});
