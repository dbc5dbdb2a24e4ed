import type { FeedName, RequestName } from '../../../electron/contract/names.ts';
import type {
  Bridge,
  Feeds,
  RequestFailure,
  RequestInput,
  RequestOutput,
} from '../../../electron/contract/signatures.ts';

declare global {
  interface Window {
    /** Set by the preload; missing when the page is opened outside ReelMetrics. */
    readonly reelmetrics?: Bridge;
  }
}

/** A request that main refused or could not fulfil: what happened, what to do (`hint`) and whether asking again can help. */
class RequestError extends Error {
  readonly code: string;
  readonly hint: string | null;
  readonly canRetry: boolean;

  constructor(failure: RequestFailure) {
    super(failure.message);
    this.name = 'RequestError';
    this.code = failure.code;
    this.hint = failure.hint;
    this.canRetry = failure.canRetry;
  }
}

/** Anything thrown, in the form the screens show. */
export function asFailure(error: unknown): RequestFailure {
  if (error instanceof RequestError) {
    return { code: error.code, message: error.message, hint: error.hint, canRetry: error.canRetry };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'internal',
    message,
    hint: 'Reload the window. The log folder is in Settings, About.',
    canRetry: true,
  };
}

export function isBridgePresent(): boolean {
  return window.reelmetrics !== undefined;
}

function bridge(): Bridge {
  if (window.reelmetrics === undefined) {
    throw new RequestError({
      code: 'not_available',
      message: 'The page has no connection to ReelMetrics.',
      hint: 'Open it through the ReelMetrics app.',
      canRetry: false,
    });
  }
  return window.reelmetrics;
}

/** Asks main. Throws `RequestError` when it refuses or fails. */
export async function request<N extends RequestName>(
  name: N,
  ...[input]: RequestInput<N> extends undefined ? [] : [RequestInput<N>]
): Promise<RequestOutput<N>> {
  const reply = await bridge().request(name, input as RequestInput<N>);
  if (!reply.ok) throw new RequestError(reply.error);
  return reply.value;
}

/** Listens to a feed of main. Returns the unsubscriber. */
export function subscribe<N extends FeedName>(name: N, listener: (payload: Feeds[N]) => void): () => void {
  return bridge().subscribe(name, listener);
}
