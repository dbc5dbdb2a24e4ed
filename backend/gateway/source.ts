import type { Runtime } from '../runtime/types.ts';

/** What the gateway asks of the runtime. */
export type GatewaySource = Pick<
  Runtime,
  | 'catalogue'
  | 'ask'
  | 'versionOf'
  | 'businessDay'
  | 'currency'
  | 'status'
  | 'live'
  | 'simulator'
  | 'pauseConsumer'
  | 'resumeConsumer'
  | 'deadLetters'
  | 'redrive'
>;
