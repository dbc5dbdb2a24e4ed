/** Users and keys of the interface over HTTP. */
import { text } from 'node:stream/consumers';
import { locksAt, type Role, roles, type User } from '../domain/account.ts';
import { Accounts } from '../gateway/accounts.ts';
import { steadyClock } from '../ports/clock.ts';
import { readTextFile } from '../settings/text-file.ts';
import { type Flags, UsageError } from './flags.ts';
import { loggerOf } from './logger.ts';
import { type Command, type CommandContext, open } from './open.ts';
import { instant, table } from './table.ts';

export const user: Command = (flags, context) =>
  withAccounts(flags, context, async (accounts, [action, name = '']) => {
    switch (action) {
      case 'add':
        await accounts.addUser(wanted(name, 'a name'), roleOf(flags), await readPassword(flags));
        return `added ${name}\n`;
      case 'password':
        await accounts.setPassword(wanted(name, 'a name'), await readPassword(flags));
        return `changed the password of ${name}; its sessions are ended\n`;
      case 'disable':
      case 'enable':
        await accounts.setDisabled(wanted(name, 'a name'), action === 'disable');
        return `${action}d ${name}\n`;
      case 'unlock':
        await accounts.unlock(wanted(name, 'a name'));
        return `unlocked ${name}\n`;
      case 'list':
        return table(
          (await accounts.users()).map((user) => [
            user.name,
            user.role,
            user.disabledAt === null ? 'enabled' : 'disabled',
            instant(user.lastSignInAt),
            locksOf(user),
          ]),
        );
      default:
        throw new UsageError('user wants add, list, password, disable, enable or unlock');
    }
  });

export const key: Command = (flags, context) =>
  withAccounts(flags, context, async (accounts, [action, name = '']) => {
    switch (action) {
      case 'create': {
        const made = await accounts.createKey(wanted(name, 'what it is for'), roleOf(flags));
        if (flags.log === 'json') loggerOf(flags).info('The key is shown only now');
        else process.stderr.write('This key is shown only now:\n');
        return `${made.key}\n`;
      }
      case 'revoke':
        await accounts.revokeKey(wanted(name, 'the id of a key'));
        return `revoked ${name}\n`;
      case 'list':
        return table(
          (await accounts.keys()).map(({ id, name, role, revokedAt, lastUsedAt }) => [
            id,
            name,
            role,
            revokedAt === null ? 'valid' : 'revoked',
            instant(lastUsedAt),
          ]),
        );
      default:
        throw new UsageError('key wants create, list or revoke');
    }
  });

function locksOf(user: User): string {
  const locks = locksAt(user, steadyClock.now()).map(
    ({ network, since, until }) =>
      `locked from ${network ?? 'networks without a sign-in before'} until ${instant(until)}, since ${instant(since)}`,
  );
  return locks.join('; ');
}

async function withAccounts(
  flags: Flags,
  context: CommandContext,
  work: (accounts: Accounts, words: readonly string[]) => Promise<string>,
): Promise<number> {
  const runtime = await open(flags, context, { mustExist: false, consume: false });
  try {
    const accounts = new Accounts({ store: runtime.accounts, clock: steadyClock, logger: loggerOf(flags) });
    process.stdout.write(await work(accounts, context.words));
    await accounts.trail.close();
    return 0;
  } finally {
    await runtime.close();
  }
}

function wanted(word: string, what: string): string {
  if (word !== '') return word;
  throw new UsageError(`${what} is missing`);
}

function roleOf({ role = 'viewer' }: Flags): Role {
  const found = roles.find((each) => each === role);
  if (found) return found;
  throw new UsageError(`--role wants ${roles.join(', ')}, not "${role}"`);
}

/** Never an argument: those are seen by every user of the computer. */
async function readPassword({ 'password-file': file }: Flags): Promise<string> {
  if (file === undefined && process.stdin.isTTY) process.stderr.write('Password, then Ctrl+D: ');
  const given = file === undefined ? await text(process.stdin) : await readTextFile(file);
  return given.replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
}
