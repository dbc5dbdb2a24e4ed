import type { App, WebContents } from 'electron';
import type { Logger } from '../../../backend/ports/logger.ts';
import { isOurPage } from './origin.ts';

/** The part of a web contents that the guards hold on to. */
type GuardedContents = Pick<WebContents, 'on' | 'setWindowOpenHandler' | 'setWebRTCIPHandlingPolicy'>;

/** Keeps a web contents on our own pages, without new windows, webviews or peer connections round the request filter. */
export function guardContents(contents: GuardedContents, devServer: string | null, logger: Logger): void {
  const stay = (event: { readonly url: string; preventDefault(): void }): void => {
    if (isOurPage(event.url, devServer)) return;
    event.preventDefault();
    logger.warn('navigation refused', { url: event.url.slice(0, 200) });
  };
  contents.on('will-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    logger.warn('new window refused', { url: url.slice(0, 200) });
    return { action: 'deny' };
  });
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
}

/** Applies the guards to every web contents there will ever be, and refuses certificate errors and client certificates. */
export function guardApp(app: App, devServer: string | null, logger: Logger): void {
  app.on('web-contents-created', (_event, contents) => guardContents(contents, devServer, logger));
  app.on('certificate-error', (event, _contents, url, error, _certificate, callback) => {
    event.preventDefault();
    callback(false);
    logger.warn('certificate refused', { url: url.slice(0, 200), error });
  });
  app.on('select-client-certificate', (event, _contents, _url, _list, callback) => {
    event.preventDefault();
    callback();
  });
  app.on('login', (event) => event.preventDefault());
}
