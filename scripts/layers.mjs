import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { inRepository, repository, requireToolchainNode } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { runMain } from './lib/say.mjs';

/*
 * npm run layers [-- <tree>]: the direction of imports and the absence of cycles, .dependency-cruiser.cjs. The checker
 * can pass green because it saw nothing, so every source file has to be among the modules it read.
 */
const folders = ['backend', 'electron', 'renderer'];

await runMain(async () => {
  const tree = resolve(process.argv[2] ?? repository);
  const present = folders.filter((folder) => existsSync(join(tree, folder)));
  const result = await cruise(tree, present);
  const read = new Set(result.modules.map((module) => module.source));
  const missed = present.flatMap((folder) => sourcesBelow(tree, join(tree, folder))).filter((path) => !read.has(path));

  for (const { rule, from, to, cycle } of result.summary.violations) {
    const way = cycle === undefined ? to : cycle.map((step) => step.name).join(' -> ');
    process.stdout.write(`${rule.name}: ${from} -> ${way}\n`);
  }
  for (const path of missed.slice(0, 5)) process.stdout.write(`not read by the checker: ${path}\n`);
  const problems = result.summary.violations.length + missed.length;
  process.stdout.write(`${read.size} modules, ${problems} problems\n`);
  return problems === 0 && read.size > 0 ? 0 : 1;
});

/**
 * @typedef {object} Cruise
 * @property {{ source: string }[]} modules
 * @property {{ violations: { rule: { name: string }, from: string, to: string, cycle?: { name: string }[] }[] }} summary
 */

/** @param {string} tree @param {string[]} folderNames @returns {Promise<Cruise>} */
async function cruise(tree, folderNames) {
  const program = inRepository('node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
  const config = inRepository('.dependency-cruiser.cjs');
  const folder = await mkdtemp(join(tmpdir(), 'reelmetrics-layers-'));
  try {
    const output = join(folder, 'result.json');
    const args = [program, '--config', config, '--output-type', 'json', '--output-to', output, ...folderNames];
    await run(requireToolchainNode(), args, { cwd: tree });
    return JSON.parse(await readFile(output, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {string} tree @param {string} folder @returns {string[]} */
function sourcesBelow(tree, folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.d)\.tsx?$/.test(entry.name))
    .map((entry) => relative(tree, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}
