import type { Handlers } from '../request.ts';
import type { Services } from '../services.ts';

export function dataHandlers({
  host,
  feed,
  desktop,
}: Services): Pick<Handlers, 'consumer.retry' | 'data.reset' | 'file.save' | 'folder.open'> {
  return {
    'consumer.retry': () => host.require().retryConsumer(),
    'data.reset': async () => {
      await host.require().reset();
      feed.refresh();
    },
    'file.save': ({ suggestedName, content }) => desktop.saveFile(suggestedName, content),
    'folder.open': ({ which }) => desktop.openFolder(which),
  };
}
