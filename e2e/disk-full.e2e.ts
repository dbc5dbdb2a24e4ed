/** The window on a full disk. Mounting a small one takes a superuser of Linux. */
import { spawnSync } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ask, cli, goTo, launchApp, type RunningApp, temporaryFolder, until } from './harness.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let disk: Awaited<ReturnType<typeof temporaryFolder>>;
let running: RunningApp | undefined;

beforeEach(async () => {
  folder = await temporaryFolder();
  disk = await temporaryFolder();
});
afterEach(async () => {
  await running?.close();
  spawnSync('umount', ['--lazy', disk.path]);
  await folder.remove();
  await disk.remove();
});

async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  const zeros = Buffer.alloc(2 ** 20);
  const fits = () =>
    file.write(zeros).then(
      ({ bytesWritten }) => bytesWritten === zeros.byteLength,
      () => false,
    );
  while (await fits());
  await file.close();
}

it('says that the disk is full, stays usable, resumes when there is room, and ends at once', async (context) => {
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', disk.path]).status === 0;
  if (!mounted) return context.skip('a file system cannot be mounted here');
  const data = join(disk.path, 'data');
  running = await launchApp(folder.path, ['--data-dir', data]);
  const { page } = running;
  const settings = await ask(page, 'settings.get', undefined);
  await ask(page, 'simulator.update', { ...settings.simulator, rate: 200 });
  await ask(page, 'app.startEmbedded', { history: false });
  const events = async () => (await ask(page, 'live.snapshot', undefined)).ledger.events;
  await until('sales are stored', 60_000, async () => (await events()) > 200);

  await fill(join(disk.path, 'filler'));
  const statusBar = page.getByRole('contentinfo');
  await statusBar.getByText('Disk full').waitFor({ timeout: 30_000 });
  const { database } = await ask(page, 'status.get', undefined);
  expect(database).toMatchObject({ state: 'down', code: 'disk_full', reason: expect.stringContaining('Make room') });
  await goTo(page, 'Pipeline');
  await page.getByText('is full', { exact: false }).first().waitFor();
  if (process.env.PICTURES) await page.screenshot({ path: join(process.env.PICTURES, 'disk-full-pipeline.png') });
  await goTo(page, 'Live');
  if (process.env.PICTURES) await page.screenshot({ path: join(process.env.PICTURES, 'disk-full-live.png') });
  await goTo(page, 'Theatres');

  const before = await events();
  await rm(join(disk.path, 'filler'));
  await until('sales are stored again', 60_000, async () => (await events()) > before + 100);
  await until(
    'the database is up',
    10_000,
    async () => (await ask(page, 'status.get', undefined)).database.state === 'up',
  );

  await fill(join(disk.path, 'filler'));
  await until('the disk is full again', 30_000, async () => {
    return (await ask(page, 'status.get', undefined)).database.code === 'disk_full';
  });
  await running.close();
  running = undefined;
  await rm(join(disk.path, 'filler'));
  const report = JSON.parse(await cli('check', '--data-dir', data, '--json')) as { ok: boolean; inFlight: number };
  expect(report).toMatchObject({ ok: true, inFlight: 0 });
});
