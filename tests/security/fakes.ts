import { EventEmitter } from 'node:events';
import type { guardApp, guardContents } from '../../electron/main/security/navigation.ts';
import type { denyPermissions } from '../../electron/main/security/permissions.ts';

type App = Parameters<typeof guardApp>[0];
type Contents = Parameters<typeof guardContents>[0];
type Session = Parameters<typeof denyPermissions>[0];
type OpenHandler = (details: { url: string }) => { action: string };

/** An event that remembers whether it was prevented. */
export function makeEvent(url = ''): { readonly url: string; prevented: boolean; preventDefault(): void } {
  return {
    url,
    prevented: false,
    preventDefault() {
      this.prevented = true;
    },
  };
}

/** Web contents that take handlers and let a test fire their events. */
export function makeContents() {
  const emitter = new EventEmitter();
  const taken: { openHandler: OpenHandler | null; webRtc: string | null } = {
    openHandler: null,
    webRtc: null,
  };
  const contents = Object.assign(emitter, {
    setWindowOpenHandler: (handler: OpenHandler) => {
      taken.openHandler = handler;
    },
    setWebRTCIPHandlingPolicy: (policy: string) => {
      taken.webRtc = policy;
    },
  });
  return { contents: contents as unknown as Contents, emitter, taken };
}

export function makeApp() {
  const emitter = new EventEmitter();
  return { app: emitter as unknown as App, emitter };
}

/** A session that takes handlers and lets a test call them. */
export function makeSession() {
  const emitter = new EventEmitter();
  const taken = {
    permissionRequest: (_contents: null, _permission: string, _answer: (granted: boolean) => void): void => undefined,
    permissionCheck: (): boolean => true,
    devicePermission: (): boolean => true,
    displayMedia: (_request: null, _answer: (streams: object) => void): void => undefined,
    beforeRequest: (
      _details: { url: string; resourceType: string },
      _answer: (response: { cancel: boolean }) => void,
    ): void => undefined,
  };
  const session = Object.assign(emitter, {
    setPermissionRequestHandler: (handler: typeof taken.permissionRequest) => {
      taken.permissionRequest = handler;
    },
    setPermissionCheckHandler: (handler: typeof taken.permissionCheck) => {
      taken.permissionCheck = handler;
    },
    setDevicePermissionHandler: (handler: typeof taken.devicePermission) => {
      taken.devicePermission = handler;
    },
    setDisplayMediaRequestHandler: (handler: typeof taken.displayMedia) => {
      taken.displayMedia = handler;
    },
    webRequest: {
      onBeforeRequest: (handler: typeof taken.beforeRequest) => {
        taken.beforeRequest = handler;
      },
    },
  });
  return { session: session as unknown as Session, emitter, taken };
}
