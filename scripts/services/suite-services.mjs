import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceNames, variables } from './addresses.mjs';
import { givenNames, requireReachable } from './given.mjs';
import { startServices } from './native.mjs';
import { ensurePrograms, pgbouncer, redis } from './programs.mjs';

/**
 * Services for a test suite: those that the environment names, the others in a folder and on ports of their own.
 * Errors: MissingPartError where one cannot be had on this machine.
 * @returns {Promise<{ env: NodeJS.ProcessEnv, stop: () => Promise<void> }>} `env` is to be added to that of the suite.
 */
export async function suiteServices() {
  // Of these, tests start some of their own.
  await ensurePrograms({ pgbouncer, redis });
  const given = givenNames(null);
  await requireReachable(given);
  const names = serviceNames.filter((name) => !given.includes(name));
  if (names.length === 0) return { env: {}, stop: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), 'reelmetrics-services-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const services = await startServices({ folder, names });
    return {
      env: Object.fromEntries(names.map((name) => [variables[name], services.env[variables[name]]])),
      async stop() {
        await services.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
