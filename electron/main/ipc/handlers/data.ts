import { requireConfirmation } from '../../../../backend/domain/simulation.ts';
import type { Handlers } from '../request.ts';
import type { Services } from '../services.ts';

export function dataHandlers({
  host,
  feed,
  desktop,
}: Services): Pick<Handlers, 'data.reset' | 'file.save' | 'folder.open'> {
  return {
    'data.reset': async ({ profile }) => {
      const runtime = host.require();
      requireConfirmation(runtime.status().simulation, profile);
      await runtime.reset();
      feed.refresh();
    },
    'file.save': ({ suggestedName, content }) => desktop.saveFile(suggestedName, content),
    'folder.open': ({ which }) => desktop.openFolder(which),
  };
}
