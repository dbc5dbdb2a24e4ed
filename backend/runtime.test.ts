import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRuntime } from './runtime.ts';
import { startSourceWorker } from './testing/embedded-test-database.ts';
import { describeRuntime, runtimeOptions } from './testing/runtime-conformance.ts';

const newFolder = () => mkdtemp(join(tmpdir(), 'reelmetrics-runtime-'));
const embedded = (dataDir: string) => ({ kind: 'embedded', dataDir, startWorker: startSourceWorker }) as const;

describeRuntime('embedded data', async () => {
  const dataDir = await newFolder();
  return { source: embedded(dataDir), dispose: () => rm(dataDir, { recursive: true, force: true }) };
});

it('refuses a data folder that is in use', async () => {
  const dataDir = await newFolder();
  const runtime = await createRuntime({ ...runtimeOptions, source: embedded(dataDir) });
  try {
    await expect(createRuntime({ ...runtimeOptions, source: embedded(dataDir) })).rejects.toMatchObject({
      code: 'data_folder_in_use',
    });
  } finally {
    await runtime.close();
    await rm(dataDir, { recursive: true, force: true });
  }
});
