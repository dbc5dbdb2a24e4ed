import type { Handlers } from '../request.ts';
import type { Services } from '../services.ts';

export function pipelineHandlers({
  host,
  feed,
}: Services): Pick<
  Handlers,
  'consumer.retry' | 'consumer.pause' | 'consumer.resume' | 'deadLetters.list' | 'deadLetters.redrive' | 'data.rebuild'
> {
  return {
    'consumer.retry': () => host.require().retryConsumer(),
    'consumer.pause': () => host.require().pauseConsumer(),
    'consumer.resume': () => host.require().resumeConsumer(),
    'deadLetters.list': (query) => host.require().deadLetters(query),
    'deadLetters.redrive': (request) => host.require().redrive(request),
    'data.rebuild': async ({ what }) => {
      await host.require().rebuild(what);
      feed.refresh();
    },
  };
}
