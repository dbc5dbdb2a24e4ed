import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import { feedChannel, feedNames, requestChannel, requestNames } from '../contract/names.ts';
import type { Bridge, Reply } from '../contract/signatures.ts';

/*
 * The page's whole world outside itself: known requests and known feeds, payloads only. Neither ipcRenderer nor an event
 * object (whose `sender` would be ipcRenderer again) reaches the page.
 */
const requests: ReadonlySet<string> = new Set(requestNames);
const feeds: ReadonlySet<string> = new Set(feedNames);

const refused = (message: string): Reply<never> => ({
  ok: false,
  error: { code: 'bad_request', message, hint: null, canRetry: false },
});

const bridge: Bridge = {
  async request(name, input) {
    if (!requests.has(name)) return refused('There is no such request.');
    try {
      return await ipcRenderer.invoke(requestChannel(name), input);
    } catch (error) {
      // What cannot be cloned does not get as far as main.
      return refused(
        `The request ${name} could not be sent: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  },
  subscribe(name, listener) {
    if (!feeds.has(name) || typeof listener !== 'function') return () => undefined;
    const channel = feedChannel(name);
    const forward = (_event: IpcRendererEvent, payload: Parameters<typeof listener>[0]): void => listener(payload);
    ipcRenderer.on(channel, forward);
    return () => {
      ipcRenderer.removeListener(channel, forward);
    };
  },
};

contextBridge.exposeInMainWorld('reelmetrics', bridge);
