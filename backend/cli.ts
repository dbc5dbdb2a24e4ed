#!/usr/bin/env node

// First: signals are heard from here on.
import './cli/stop.ts';

import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { key, user } from './cli/accounts.ts';
import { archive, restore } from './cli/archive.ts';
import { audit } from './cli/audit.ts';
import { options, UsageError } from './cli/flags.ts';
import { consume, simulate } from './cli/ingest.ts';
import { loggerOf, logWarningsOfNode } from './cli/logger.ts';
import type { Command } from './cli/open.ts';
import { serve } from './cli/serve.ts';
import { codeOfSignal } from './cli/stop.ts';
import { check, migrate, rebuild } from './cli/upkeep.ts';
import { AppError, codeOf, messageOf } from './lib/app-error.ts';
import { printable } from './lib/plain-text.ts';
import { profileVariables } from './settings/environment.ts';
import { secretVariables } from './settings/find-profile.ts';

const help = `reelmetrics: the console's backend without its window

  reelmetrics simulate <where> [--rate <events/s>] [--seconds <n>] [--seed <n>] [--probe-port <port>]
                       [--allow-simulation <profile's name>]
      Produces ticket sales and stores them. Without --seconds until Ctrl+C. On services several of these share a larger
      load, each with a seed of its own. A profile that does not allow invented sales has to be named once more.
  reelmetrics simulate <where> --backfill <days> [--extend] [--seed <n>]
      Makes the sales of the days before today, and of today so far. Refused where some of them have sales; --extend
      makes the others.
  reelmetrics consume <where> [--until-idle <seconds>] [--probe-port <port>]
      Stores what is in the log. With --until-idle it ends once there was no lag for that long. On services several of
      these and the console share the work: all are members of the profile's consumer group. --probe-port answers
      /health/live, /health/ready and /metrics.
  reelmetrics rebuild <where> [--zone <IANA name> --cutover <hour>]
      Recomputes the rollups from the sales; with --zone and --cutover the business days too.
  reelmetrics migrate <where>
      Makes the tables, or brings them up to date. Every other command does so, too.
  reelmetrics archive <where> --before <YYYY-MM-DD> --to <folder>
      Moves the sales of the business days before that day into a file per day. Every question is answered as before;
      an event of such a day that was never stored becomes a dead letter.
  reelmetrics restore <where> --from <file>
      Brings the sales of an archived day back.
  reelmetrics check <where> [--json]
      Catches up, recomputes invariants I1-I5 from the sales, and prints produced, stored, duplicates, deadLettered and
      each invariant. It may run while others store: it leaves storing to them, and is no member of their group. Exit code
      0 if all hold, 1 if one is broken, 3 if one could not be decided; the last lines say why.
  reelmetrics serve <where> | --embedded [--simulate <events/s>] [--sql-port 8001] [--materialized-port 8002]
                    [--address 127.0.0.1] [--host-name <name>]... [--no-auth] [--no-consume]
                    [--behind-proxy <addresses>]
      Answers questions over HTTP and WebSocket, a port for each query backend. --embedded makes data that are thrown
      away at the end. --no-auth, on 127.0.0.1 only, lets everybody of this computer in. --no-consume leaves storing to
      others. --behind-proxy 10.0.0.0/16 believes a load balancer there about who asks (X-Forwarded-For).
  reelmetrics user add <name> | list | password <name> | disable <name> | enable <name> | unlock <name>
                   <where> [--role viewer]
      Users of that interface: viewer, operator or admin. The password comes from --password-file, or from stdin. list
      says from where a user cannot sign in for some time after wrong passwords; unlock ends that.
  reelmetrics key create <what for> | list | revoke <id>  <where> [--role viewer]
      API keys for machines. A key is shown once.
  reelmetrics audit <where> [--limit 50] [--words <text>] [--actor user] [--outcome refused] [--action simulator.start]
                    [--since <instant>] [--json]
      Who did what and what was refused, over HTTP, in the window and on the command line, newest first: when, outcome,
      who, from where, action, target, details. --json writes JSON lines.
  reelmetrics --help

<where> is one of
  --data-dir <folder>   the folder that holds the embedded data
  --profile <profile>   services: "local", or the file of a profile that the console exported

Currency, zone and cut-over belong to the data, and every program that opens them follows. The program that makes the data
fixes them: USD, or --currency <ISO 4217 code>, and the zone of its computer. On data with sales, --currency only says
what is expected: another one is refused.

Environment, for "local":
${Object.entries(profileVariables)
  .map(([name, words]) => `  ${name.padEnd(30)}${words}`)
  .join('\n')}
Environment, for other profiles:
${Object.entries(secretVariables)
  .map(([name, words]) => `  ${name.padEnd(30)}${words}`)
  .join('\n')}

Each of these may be given in a file: NAME_FILE=/path.

--log json writes JSON lines to stderr. The first SIGTERM or Ctrl+C ends every command in order, within 10 s whatever is
away; a second one ends it at once.
Exit codes: 0 done, 1 failed or an invariant is broken, 2 wrong arguments, 3 an invariant could not be decided,
130 (Ctrl+C) or 143 (SIGTERM) ended before the work was done.
`;

/** The worker stands beside this file: as .ts when Node runs the sources, as .js when it runs the build. */
function startWorker(): Worker {
  const source = import.meta.url.endsWith('.ts');
  return new Worker(new URL(source ? './embedded/postgres-worker.ts' : './postgres-worker.js', import.meta.url));
}

const commands: Readonly<Record<string, Command>> = {
  simulate,
  consume,
  rebuild,
  migrate,
  archive,
  restore,
  check,
  serve,
  user,
  key,
  audit,
};
const withWords: ReadonlySet<Command> = new Set([user, key]);

async function main(): Promise<number> {
  let asLines = false;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [name, ...words] = positionals;
    if (values.help || name === undefined) {
      process.stdout.write(help);
      return values.help ? 0 : 2;
    }
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command || (words.length > 0 && !withWords.has(command))) {
      throw new UsageError(`unknown command "${positionals.join(' ')}"`);
    }
    asLines = values.log === 'json';
    logWarningsOfNode(loggerOf(values));
    return await command(values, { words, startWorker });
  } catch (error) {
    const signalled = codeOfSignal();
    const usage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
    const hint = error instanceof AppError ? error.hint : undefined;
    if (asLines) {
      loggerOf({ log: 'json' }).error(messageOf(error), hint === undefined ? {} : { hint });
      return signalled ?? (usage ? 2 : 1);
    }
    // What a server has said stands in it.
    process.stderr.write(`reelmetrics: ${printable(messageOf(error), { lines: true })}\n`);
    if (hint) process.stderr.write(`${printable(hint, { lines: true })}\n`);
    if (usage) process.stderr.write('See reelmetrics --help.\n');
    return signalled ?? (usage ? 2 : 1);
  }
}

// A reader that has read enough (`| head`) is no reason to end in the middle of storing.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (codeOf(error) !== 'EPIPE') throw error;
  });
}
process.exitCode = await main();
