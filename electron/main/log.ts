import { join } from 'node:path';
import electronLog from 'electron-log/node';
import type { Logger } from '../../backend/ports/logger.ts';

const megabyte = 1024 * 1024;

/**
 * The program's log: `main.log` in `folder`, put aside as `main.old.log` at 5 MB, and warnings on stderr.
 * electron-log's Node flavour on purpose: its Electron flavour opens IPC channels of its own beside the router.
 */
export function openLog(folder: string): { readonly logger: Logger; readonly file: string } {
  const file = join(folder, 'main.log');
  const log = electronLog.create({ logId: 'main' });
  // Otherwise it looks for a package.json above the program and, where there is none, writes nothing and says nothing.
  log.transports.file.setAppName('ReelMetrics');
  log.transports.file.resolvePathFn = () => file;
  log.transports.file.maxSize = 5 * megabyte;
  log.transports.file.level = 'info';
  log.transports.file.format = '{iso} {level} {text}';
  log.transports.console.level = 'warn';
  // stdout belongs to the diagnostic report.
  log.transports.console.writeFn = ({ message }) => {
    process.stderr.write(`${message.level}: ${message.data.map(String).join(' ')}\n`);
  };
  const logger: Logger = {
    debug: (message, fields) => log.debug(line(message, fields)),
    info: (message, fields) => log.info(line(message, fields)),
    warn: (message, fields) => log.warn(line(message, fields)),
    error: (message, fields) => log.error(line(message, fields)),
  };
  return { logger, file };
}

/** One line: the words, then the fields as JSON (bigints as text, errors with their stack). */
function line(message: string, fields?: Record<string, unknown>): string {
  if (fields === undefined) return message;
  const json = JSON.stringify(fields, (_key, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    if (value instanceof Error) return value.stack ?? value.message;
    return value;
  });
  return `${message} ${json}`;
}
