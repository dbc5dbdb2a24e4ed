/** Headers as kafkajs writes them: by name. */
import type { IHeaders } from 'kafkajs';
import type { LogHeader } from '../ports/event-log.ts';

/** kafkajs cannot write a header without a value: it gets an empty one. */
export function kafkaHeaders(headers: readonly LogHeader[]): IHeaders {
  const found = new Map<string, Buffer[]>();
  for (const { name, value } of headers) {
    found.set(name, [...(found.get(name) ?? []), Buffer.from(value ?? new Uint8Array())]);
  }
  return Object.fromEntries(found);
}
