import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inRepository, requireToolchainNode } from './lib/paths.mjs';
import { run, toolchainEnvironment } from './lib/run.mjs';
import { runMain, SetupError, say } from './lib/say.mjs';
import { skippedCode } from './lib/skipped.mjs';
import { ensureServicePrograms } from './services/native.mjs';
import { MissingPartError } from './services/programs.mjs';
import { suiteServices } from './services/suite-services.mjs';
import { isOn } from './setup/electron-runtime.mjs';
import { setUp } from './setup/index.mjs';

/*
 * npm test [-- --only <step>...]: sets up, then runs every check and every suite. A failing step does not keep later
 * ones from running, unless they want what it makes. The last line counts: a check is one test, a suite as many as it has.
 * npm run test:faults (--faults): only the fault suites, with every round that docs/faults.md tells of.
 */

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string[]} [command] A check: a script of ours or a tool, run by the toolchain's Node.
 * @property {string} [project] A suite: the Vitest project.
 * @property {boolean} [needsBuild]
 * @property {'given' | 'own'} [services] Kafka, PostgreSQL and Redis: the environment names them, or the suite starts its own.
 */

/** @type {Step[]} */
const steps = [
  { name: 'types', command: ['scripts/types.mjs'] },
  { name: 'lint', command: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'] },
  { name: 'layers', command: ['scripts/layers.mjs'] },
  { name: 'unused', command: ['node_modules/knip/bin/knip.js'] },
  { name: 'compose', command: ['scripts/compose.mjs'] },
  { name: 'deploy', command: ['scripts/deploy.mjs'] },
  { name: 'event-schema', command: ['scripts/event-schema.mjs', '--check'] },
  { name: 'build', command: ['node_modules/electron-vite/bin/electron-vite.js', 'build', '--logLevel', 'warn'] },
  { name: 'unit', project: 'unit' },
  { name: 'services', project: 'services', services: 'given' },
  { name: 'faults', project: 'faults', needsBuild: true },
  { name: 'service-faults', project: 'service-faults', needsBuild: true, services: 'own' },
  { name: 'http-fuzz', command: ['scripts/http-fuzz.mjs'], needsBuild: true },
  { name: 'e2e', project: 'e2e', needsBuild: true },
  { name: 'packed', command: ['scripts/packed-smoke.mjs'], needsBuild: true },
];

/** Nothing may be left out where everything is to be shown: on build machines. */
const strict = isOn(process.env.CI) || isOn(process.env.REELMETRICS_REQUIRE_ALL);

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

await runMain(async () => {
  const options = /** @type {const} */ ({ only: { type: 'string', multiple: true }, faults: { type: 'boolean' } });
  const { faults, only = faults ? ['build', 'faults', 'service-faults'] : undefined } = parseArgs({ options }).values;
  if (faults) process.env.REELMETRICS_FAULTS = 'full';
  for (const name of only ?? []) {
    if (steps.some((step) => step.name === name)) continue;
    throw new SetupError(`There is no step ${name}; there are: ${steps.map((step) => step.name).join(', ')}`);
  }
  const chosen = steps.filter((step) => only === undefined || only.includes(step.name));
  /** @type {Counts} */
  const total = { passed: 0, failed: 0, skipped: 0 };
  const failures = [];
  try {
    const { environment } = await setUp();
    let built = true;
    for (const step of chosen) {
      /** @type {Counts} */
      const counts = step.needsBuild && !built ? notRun(step) : await timed(step, toolchainEnvironment(environment));
      if (step.name === 'build') built = counts.failed === 0;
      if (counts.failed > 0) failures.push(step.name);
      total.passed += counts.passed;
      total.failed += counts.failed;
      total.skipped += counts.skipped;
    }
  } catch (error) {
    say(error instanceof SetupError ? error.message : String(error instanceof Error ? error.stack : error));
    failures.push('setup');
    total.failed += 1;
  }
  if (strict && total.skipped > 0) {
    failures.push('skipped tests');
    total.failed += total.skipped;
    total.skipped = 0;
  }
  if (failures.length > 0) process.stdout.write(`\nfailed: ${failures.join(', ')}\n`);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
});

/** @param {Step} step @returns {Counts} */
function notRun(step) {
  process.stdout.write(`\n== ${step.name}: not run, for want of a build\n`);
  return { passed: 0, failed: 1, skipped: 0 };
}

/** @param {Step} step @param {NodeJS.ProcessEnv} env @returns {Promise<Counts>} */
async function timed(step, env) {
  process.stdout.write(`\n== ${step.name}\n`);
  const begin = performance.now();
  const counts = await outcome(step, env);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  const result = counts.failed > 0 ? 'FAILED' : counts.passed > 0 ? 'passed' : 'skipped';
  process.stdout.write(`== ${step.name}: ${result} in ${seconds} s\n`);
  return counts;
}

/** @param {Step} step @param {NodeJS.ProcessEnv} env @returns {Promise<Counts>} */
async function outcome(step, env) {
  if (step.project === undefined) return check(step.command ?? [], env);
  return step.services === undefined ? suite(step.project, env) : suiteOnServices(step.project, step.services, env);
}

/**
 * Without the services a suite is one skipped test.
 * @param {string} project @param {'given' | 'own'} whose @param {NodeJS.ProcessEnv} env @returns {Promise<Counts>}
 */
async function suiteOnServices(project, whose, env) {
  let services;
  try {
    services = whose === 'given' ? await suiteServices() : await programsOnly();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stdout.write(`${error.message}\n`);
    const missing = error instanceof MissingPartError;
    return { passed: 0, failed: missing ? 0 : 1, skipped: missing ? 1 : 0 };
  }
  try {
    return await suite(project, { ...env, ...services.env });
  } finally {
    await services.stop();
  }
}

async function programsOnly() {
  await ensureServicePrograms();
  return { env: {}, stop: async () => {} };
}

/** @param {string[]} command @param {NodeJS.ProcessEnv} env @returns {Promise<Counts>} */
async function check(command, env) {
  const code = await run(requireToolchainNode(), command, { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const skipped = code === skippedCode ? 1 : 0;
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 - skipped, skipped };
}

/** Runs a Vitest project and counts from its own report; what failed outside of a test counts as one failure. @param {string} project @param {NodeJS.ProcessEnv} env @returns {Promise<Counts>} */
async function suite(project, env) {
  const folder = await mkdtemp(join(tmpdir(), 'reelmetrics-test-'));
  try {
    const file = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const args = [inRepository('node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', project, ...reporters];
    const code = await run(requireToolchainNode(), args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
    const report = JSON.parse(await readFile(file, 'utf8').catch(() => '{}'));
    const passed = report.numPassedTests ?? 0;
    const skipped = (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0);
    const failed = report.numFailedTests ?? 0;
    const outside = failed === 0 && (code !== 0 || passed === 0) ? 1 : 0;
    return { passed, failed: failed + brokenFiles(report) + (brokenFiles(report) > 0 ? 0 : outside), skipped };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Test files that did not load, so that their tests are counted nowhere. @param {{ testResults?: { status: string, assertionResults: unknown[] }[] }} report */
function brokenFiles(report) {
  return (report.testResults ?? []).filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
    .length;
}
