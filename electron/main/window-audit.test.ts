import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../backend/domain/account.ts';
import { AppError } from '../../backend/lib/app-error.ts';
import { silentLogger } from '../../backend/ports/logger.ts';
import type { Runtime } from '../../backend/runtime.ts';
import { WindowAudit } from './window-audit.ts';

/** A runtime of which only the audit trail is asked. */
function data(): { readonly runtime: Runtime; readonly rows: AuditRecord[] } {
  const rows: AuditRecord[] = [];
  const accounts = { audit: async (entry: AuditRecord) => void rows.push(entry) };
  return { runtime: { accounts } as unknown as Runtime, rows };
}

const told = (rows: readonly AuditRecord[]) =>
  rows.map(({ actor, action, target, outcome }) => [actor.kind, action, target, outcome]);

describe('what the window does', () => {
  it('is written with its outcome, and what only reads is not', async () => {
    const { runtime, rows } = data();
    const audit = new WindowAudit(() => runtime, silentLogger);
    expect(await audit.around('status.get', undefined, () => 7)).toBe(7);
    await audit.around('settings.update', { theme: 'dark' }, () => {});
    await audit.around('deadLetters.redrive', { dryRun: true, selection: ['0:1'] }, () => {});
    const refuse = () => {
      throw new AppError('consumed_elsewhere', 'Others store.');
    };
    await expect(audit.around('consumer.pause', undefined, refuse)).rejects.toThrow('Others store.');
    await expect(
      audit.around('data.reset', { confirmation: 'RESET' }, () => Promise.reject(new Error('disk full'))),
    ).rejects.toThrow('disk full');
    await expect
      .poll(() => told(rows))
      .toEqual([
        ['window', 'deadLetters.redrive', 'dry run: 1 chosen', 'done'],
        ['window', 'consumer.pause', '', 'refused'],
        ['window', 'data.reset', '', 'failed'],
      ]);
  });

  it('is in the data that are left and in those that are opened, when the source is switched', async () => {
    const [old, next] = [data(), data()];
    let current = old.runtime;
    const audit = new WindowAudit(() => current, silentLogger);
    await audit.around('dataSource.switch', { id: 'staging' }, () => {
      current = next.runtime;
    });
    expect(told(old.rows)).toEqual([['window', 'dataSource.leave', 'staging', 'done']]);
    await expect.poll(() => told(next.rows)).toEqual([['window', 'dataSource.switch', 'staging', 'done']]);
  });
});
