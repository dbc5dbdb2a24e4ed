import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const repository = join(import.meta.dirname, '..');

let tree = '';
beforeEach(async () => {
  tree = await mkdtemp(join(tmpdir(), 'reelmetrics-layers-test-'));
  await copyFile(join(repository, 'tsconfig.base.json'), join(tree, 'tsconfig.base.json'));
});
afterEach(() => rm(tree, { recursive: true, force: true }));

/** Writes modules that import each other and nothing else: path -> what it imports. */
async function plant(modules: Readonly<Record<string, readonly string[]>>): Promise<void> {
  for (const [path, imports] of Object.entries(modules)) {
    const up = '../'.repeat(path.split('/').length - 1);
    const lines = imports.map(
      (to, index) => `import { value as v${index} } from '${to.includes('/') ? up + to : to}';`,
    );
    const used = imports.map((_, index) => `v${index}`).join(', ');
    await mkdir(join(tree, dirname(path)), { recursive: true });
    await writeFile(join(tree, path), `${lines.join('\n')}\nexport const value: unknown = [${used}];\n`);
  }
}

function check(): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(repository, 'scripts', 'layers.mjs'), tree], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

describe('the check of the layers', () => {
  it('accepts a tree whose imports point inward', async () => {
    await plant({
      'backend/domain/money.ts': [],
      'backend/ports/clock.ts': ['backend/domain/money.ts'],
      'backend/ingest/apply.ts': ['backend/ports/clock.ts', 'backend/domain/money.ts'],
      'backend/runtime.ts': ['backend/ingest/apply.ts'],
      'electron/contract/names.ts': [],
      'electron/main/app.ts': ['backend/runtime.ts', 'electron/contract/names.ts'],
      'renderer/src/app.tsx': ['electron/contract/names.ts', 'backend/domain/money.ts'],
    });
    expect(await check()).toEqual({ code: 0, output: '7 modules, 0 problems\n' });
  });

  it('refuses each kind of import that points outward or sideways', async () => {
    await plant({
      'backend/lib/retry.ts': ['backend/domain/money.ts'],
      'backend/domain/money.ts': [],
      'backend/domain/day.ts': ['backend/live/ring.ts'],
      'backend/ports/clock.ts': ['backend/ingest/apply.ts'],
      'backend/ingest/apply.ts': ['backend/live/ring.ts'],
      'backend/live/ring.ts': ['backend/postgres/pool.ts'],
      'backend/postgres/pool.ts': ['backend/embedded/log.ts'],
      'backend/embedded/log.ts': ['backend/domain/money.ts'],
      'backend/runtime.ts': ['electron/main/app.ts'],
      'electron/main/app.ts': ['electron/preload/index.ts'],
      'electron/preload/index.ts': ['electron/contract/schemas.ts'],
      'electron/contract/schemas.ts': [],
      'renderer/src/features/live/screen.tsx': [
        'renderer/src/features/theatres/screen.tsx',
        'electron/contract/schemas.ts',
      ],
      'renderer/src/features/theatres/screen.tsx': ['backend/ports/clock.ts'],
      'renderer/src/charts/revenue.tsx': ['renderer/src/store/store.ts'],
      'renderer/src/store/store.ts': [],
    });
    const { code, output } = await check();
    expect(code).toBe(1);
    const found = output.trim().split('\n').slice(0, -1).sort();
    expect(found).toEqual(
      [
        'domain: backend/domain/day.ts -> backend/live/ring.ts',
        'lib: backend/lib/retry.ts -> backend/domain/money.ts',
        'ports: backend/ports/clock.ts -> backend/ingest/apply.ts',
        'ingest: backend/ingest/apply.ts -> backend/live/ring.ts',
        'live: backend/live/ring.ts -> backend/postgres/pool.ts',
        'adapter-postgres: backend/postgres/pool.ts -> backend/embedded/log.ts',
        'backend: backend/runtime.ts -> electron/main/app.ts',
        'main: electron/main/app.ts -> electron/preload/index.ts',
        'preload: electron/preload/index.ts -> electron/contract/schemas.ts',
        'features-apart: renderer/src/features/live/screen.tsx -> renderer/src/features/theatres/screen.tsx',
        'renderer-contract-types: renderer/src/features/live/screen.tsx -> electron/contract/schemas.ts',
        'renderer: renderer/src/features/theatres/screen.tsx -> backend/ports/clock.ts',
        'charts-and-ui-without-store: renderer/src/charts/revenue.tsx -> renderer/src/store/store.ts',
      ].sort(),
    );
  });

  it('refuses a cycle, even of types', async () => {
    await plant({ 'backend/domain/one.ts': [], 'backend/domain/two.ts': ['backend/domain/one.ts'] });
    await writeFile(
      join(tree, 'backend/domain/one.ts'),
      "import type { value as two } from './two.ts';\nexport const value: unknown = null;\nexport type Two = typeof two;\n",
    );
    const { code, output } = await check();
    expect(code).toBe(1);
    expect(output).toContain('no-cycle: ');
  });

  it('refuses Electron in the backend and an import that leads nowhere', async () => {
    await plant({ 'backend/runtime.ts': ['electron'], 'backend/domain/money.ts': ['backend/domain/missing.ts'] });
    const { code, output } = await check();
    expect(code).toBe(1);
    expect(output).toContain('backend-without-electron: backend/runtime.ts -> electron');
    expect(output).toContain('resolvable: backend/domain/money.ts -> ');
  });

  it('refuses to pass when it has read nothing', async () => {
    await mkdir(join(tree, 'backend'));
    expect((await check()).code).toBe(1);
  });
});
