import { type BrowserWindow, type IpcMainInvokeEvent, ipcMain } from 'electron';
import { requestChannel, requestNames } from '../../contract/names.ts';
import { type Door, handleRequest, type SenderInfo } from './request.ts';

/** Opens every request channel for `window`; the only place that touches ipcMain. Returns the closer. */
export function openRouter(window: BrowserWindow, door: Door): () => void {
  for (const name of requestNames) {
    ipcMain.handle(requestChannel(name), (event, payload: unknown) =>
      handleRequest(door, name, senderOf(event, window), payload),
    );
  }
  return () => {
    for (const name of requestNames) ipcMain.removeHandler(requestChannel(name));
  };
}

function senderOf(event: IpcMainInvokeEvent, window: BrowserWindow): SenderInfo {
  const frame = event.senderFrame;
  return {
    isOurWindow: !window.isDestroyed() && event.sender === window.webContents,
    // A frame that navigated away since it sent is null: then nobody is left to trust.
    isMainFrame: frame !== null && frame === event.sender.mainFrame,
    url: frame?.url ?? '',
  };
}
