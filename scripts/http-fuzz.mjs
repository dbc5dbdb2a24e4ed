import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRepository, requireToolchainNode } from './lib/paths.mjs';
import { ensurePythonTool } from './lib/python-tool.mjs';
import { run } from './lib/run.mjs';
import { runMain } from './lib/say.mjs';
import { skippedCode } from './lib/skipped.mjs';

/*
 * The step `http-fuzz`: schemathesis, from PyPI, sends what the OpenAPI documents of both listeners allow and what they
 * do not, signed in and not, and looks for server errors and for answers that are not as described.
 */
const schemathesis = { name: 'schemathesis', version: '4.32.5' };
const checks = [
  // What the parameters mean together (minutes of one theatre, times off the quarter hour) no schema says.
  '--exclude-checks=positive_data_acceptance',
  '--max-examples=25',
];

/** A body that is too large is refused before it is looked at. */
const settings = `[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, "5xx"]
`;

await runMain(async () => {
  const program = await ensurePythonTool(schemathesis);
  if (program === null) return skippedCode;
  const folder = await mkdtemp(join(tmpdir(), 'reelmetrics-http-fuzz-'));
  try {
    await writeFile(join(folder, 'schemathesis.toml'), settings);
    const data = ['--data-dir', join(folder, 'data')];
    const cli = inRepository('out', 'main', 'cli.js');
    const made = spawn(requireToolchainNode(), [cli, 'key', 'create', 'fuzz', '--role', 'operator', ...data], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [key] = await once(made.stdout, 'data');
    await once(made, 'exit');
    const ports = ['--sql-port', '0', '--materialized-port', '0'];
    const server = spawn(requireToolchainNode(), [cli, 'serve', ...ports, '--simulate', '20', ...data], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(server, 'exit');
    try {
      const [greeting] = await once(server.stdout, 'data');
      const listeners = [...String(greeting).matchAll(/^(?:sql|materialized) (\S+)$/gm)].map(([, address]) => address);
      if (listeners.length !== 2) throw new Error(`the server has said: ${greeting}`);
      for (const address of listeners) {
        const header = `Authorization: Bearer ${String(key).trim()}`;
        const code = await run(program, ['run', `${address}/openapi.json`, '--header', header, ...checks], {
          cwd: folder,
        });
        if (code !== 0) return code;
      }
      return 0;
    } finally {
      server.kill('SIGTERM');
      await ended;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
