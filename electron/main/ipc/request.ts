import { AppError } from '../../../backend/lib/app-error.ts';
import type { Logger } from '../../../backend/ports/logger.ts';
import { type RequestName, requestNames } from '../../contract/names.ts';
import { requestSchemas } from '../../contract/schemas.ts';
import type { Reply, RequestInput, RequestOutput } from '../../contract/signatures.ts';
import { toFailure } from '../failure.ts';
import { isOurPage } from '../security/origin.ts';
import type { WindowAudit } from '../window-audit.ts';

/** A handler of a request without a value returns nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: it is a return type, by way of a name.
type HandlerResult<N extends RequestName> = [RequestOutput<N>] extends [undefined] ? void : RequestOutput<N>;

/** One handler per request: leaving one out does not compile. They get only what passed sender and shape. */
export type Handlers = {
  readonly [N in RequestName]: (input: RequestInput<N>) => HandlerResult<N> | Promise<HandlerResult<N>>;
};

/** Who sent a message, as main (not the message) knows it. */
export interface SenderInfo {
  readonly isOurWindow: boolean;
  readonly isMainFrame: boolean;
  readonly url: string;
}

export interface Door {
  readonly handlers: Handlers;
  /** Where what changes something is written. */
  readonly audit: Pick<WindowAudit, 'around'>;
  readonly devServer: string | null;
  readonly logger: Logger;
}

/** Requests that take longer are worth a line in the log. */
const slowMs = 1000;

/**
 * One message from the window: sender first, then shape, then the handler. Never throws: a refusal or failure is a reply
 * the caller sees.
 */
export async function handleRequest(
  door: Door,
  name: string,
  sender: SenderInfo,
  payload: unknown,
): Promise<Reply<unknown>> {
  const started = performance.now();
  try {
    const known = knownName(name);
    checkSender(sender, door.devServer);
    const value = await call(door, known, payload);
    const tookMs = Math.round(performance.now() - started);
    if (tookMs >= slowMs) door.logger.info('slow request', { name, tookMs });
    return { ok: true, value };
  } catch (error) {
    const failure = toFailure(error);
    if (failure.code === 'internal') door.logger.error('request failed', { name, error });
    else door.logger.info('request refused', { name: name.slice(0, 60), code: failure.code, message: failure.message });
    return { ok: false, error: failure };
  }
}

function knownName(name: string): RequestName {
  const known = requestNames.find((candidate) => candidate === name);
  if (known === undefined) throw new AppError('bad_request', 'There is no such request.');
  return known;
}

function checkSender(sender: SenderInfo, devServer: string | null): void {
  if (sender.isOurWindow && sender.isMainFrame && isOurPage(sender.url, devServer)) return;
  throw new AppError('refused_sender', 'Requests are answered for the ReelMetrics window only.');
}

function call<N extends RequestName>({ handlers, audit }: Door, name: N, payload: unknown): Promise<HandlerResult<N>> {
  const input = checkShape(name, payload);
  return audit.around(name, input, () => handlers[name](input));
}

function checkShape<N extends RequestName>(name: N, payload: unknown): RequestInput<N> {
  let problem: string;
  try {
    const result = requestSchemas[name].safeParse(payload);
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    problem = `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim();
  } catch {
    // A value that cannot even be read.
    problem = 'unreadable';
  }
  throw new AppError('bad_request', `The request ${name} does not have the right form: ${problem.slice(0, 300)}`);
}
