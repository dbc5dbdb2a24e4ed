/** The interface over HTTP without a window. */
import packageJson from '../../package.json' with { type: 'json' };
import { Accounts } from '../gateway/accounts.ts';
import { AuditTrail } from '../gateway/audit-trail.ts';
import { openGateway } from '../gateway/gateway.ts';
import { parseAddress } from '../lib/addresses.ts';
import { AppError } from '../lib/app-error.ts';
import { late } from '../lib/late.ts';
import { steadyClock, systemClock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Runtime } from '../runtime.ts';
import { defaultSettings } from '../settings/settings.ts';
import { type Flags, numberFlag, portFlag, UsageError } from './flags.ts';
import { loggerOf } from './logger.ts';
import { type Command, type CommandContext, interruption, open } from './open.ts';
import { throwAwayFolder } from './throw-away.ts';

const defaultPorts = { sql: 8001, materialized: 8002 };
const forever = 2 ** 31 - 1;

export const serve: Command = async (flags, context) => {
  if (!flags.embedded) return serveData(flags, context);
  if (flags['data-dir'] !== undefined || flags.profile !== undefined) {
    throw new UsageError('--embedded makes throw-away data; leave out --data-dir and --profile');
  }
  // Nobody has made users in data that did not exist before.
  const folder = await throwAwayFolder();
  try {
    return await serveData({ ...flags, 'data-dir': folder.path, 'no-auth': true }, context);
  } finally {
    await folder.remove();
  }
};

async function serveData(flags: Flags, context: CommandContext): Promise<number> {
  const rate = numberFlag(flags, 'simulate', 0.1, 5000);
  const ports = {
    sql: portFlag(flags, 'sql-port') ?? defaultPorts.sql,
    materialized: portFlag(flags, 'materialized-port') ?? defaultPorts.materialized,
  };
  const logger = loggerOf(flags);
  const source = startingRuntime();
  const store = late(() => source.runtime.accounts);
  const trail = new AuditTrail(store, logger);
  const accounts = flags['no-auth'] ? null : new Accounts({ store, clock: steadyClock, logger, trail });
  // First: whoever asks is told that it starts, however long the start waits for services.
  const gateway = await openGateway({
    source: source.runtime,
    started: source.isThere,
    address: flags.address ?? '127.0.0.1',
    ports,
    hostNames: flags['host-name'] ?? [],
    behindProxy: flags['behind-proxy'],
    version: packageJson.version,
    accounts,
    trail,
    logger,
  });
  let runtime: Runtime | undefined;
  try {
    runtime = await open(flags, context, {
      mustExist: false,
      observeOnly: flags['no-consume'] ?? false,
      simulates: rate !== undefined,
    });
    source.set(runtime);
    const interrupted = interruption(runtime);
    greet(gateway.ports, flags.address ?? '127.0.0.1');
    await warnOfAccess(runtime, accounts, logger, flags.log === 'json');
    if (rate !== undefined) runtime.simulator.start({ ...defaultSettings.simulator, rate });
    await systemClock.sleep(forever, interrupted);
    return 0;
  } finally {
    await gateway.close().finally(() => runtime?.close());
  }
}

/** The runtime before it is open: asked too early, it fails. */
function startingRuntime(): {
  readonly runtime: Runtime;
  readonly isThere: () => boolean;
  set(runtime: Runtime): void;
} {
  let opened: Runtime | undefined;
  const runtime = late(() => {
    if (opened === undefined) throw new AppError('not_available', 'ReelMetrics is starting.');
    return opened;
  });
  return {
    runtime,
    isThere: () => opened !== undefined,
    set(value) {
      opened = value;
    },
  };
}

function greet(ports: { readonly sql: number; readonly materialized: number }, address: string): void {
  const { family, text } = parseAddress(address) ?? { family: 4, text: address };
  const at = (port: number) => `http://${family === 6 ? `[${text}]` : text}:${port}`;
  process.stdout.write(
    `sql ${at(ports.sql)}\nmaterialized ${at(ports.materialized)}\ndocumentation ${at(ports.sql)}/docs\n`,
  );
}

/** Says who can come in, where that is everybody or nobody. */
async function warnOfAccess(
  runtime: Runtime,
  accounts: Accounts | null,
  logger: Logger,
  asLines: boolean,
): Promise<void> {
  const tell = (message: string) => (asLines ? logger.warn(message) : process.stderr.write(`WARNING: ${message}\n`));
  if (accounts === null) {
    tell('no sign-in. Every program and every user of this computer may read and operate it.');
    return;
  }
  const [users, keys] = await Promise.all([runtime.accounts.users(), runtime.accounts.keys()]);
  if (users.length + keys.length > 0) return;
  tell('No user can sign in yet: make the first admin with reelmetrics user add <name> --role admin.');
}
