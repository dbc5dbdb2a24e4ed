import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inRepository, requireToolchainNode } from '../lib/paths.mjs';
import { pinnedNode, requirePinnedNode } from './toolchain-node.mjs';

it("the toolchain's Node is the one whose hash is pinned", async () => {
  const lock = JSON.parse(await readFile(inRepository('package-lock.json'), 'utf8'));
  expect(pinnedNode.version).toBe(lock.packages['node_modules/node'].version);
  await requirePinnedNode(requireToolchainNode());
});

it('another program in its place is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'node-'));
  try {
    const file = join(folder, 'node');
    await writeFile(file, '#!/bin/sh\n');
    await expect(requirePinnedNode(file, 'linux-x64')).rejects.toThrow(/is not the Node/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it('every package of the lockfile has its integrity', async () => {
  const lock = JSON.parse(await readFile(inRepository('package-lock.json'), 'utf8'));
  const without = Object.entries(lock.packages as Record<string, { integrity?: string }>)
    .filter(([path, { integrity }]) => path !== '' && !integrity?.startsWith('sha512-'))
    .map(([path]) => path);
  expect(without).toEqual([]);
});
