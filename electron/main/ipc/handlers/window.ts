import { AppError } from '../../../../backend/lib/app-error.ts';
import type { Handlers } from '../request.ts';
import type { Services } from '../services.ts';

export function windowHandlers({ desktop }: Services): Pick<Handlers, 'link.open' | 'window.fullscreen'> {
  return {
    'link.open': async ({ url }) => {
      if (await desktop.openLink(url)) return;
      throw new AppError('bad_request', 'ReelMetrics does not open this link.', {
        hint: 'Copy the address into your browser if you trust it.',
      });
    },
    'window.fullscreen': ({ on }) => desktop.setFullScreen(on),
  };
}
