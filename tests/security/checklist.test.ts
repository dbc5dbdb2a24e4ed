import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../backend/ports/logger.ts';
import { requestNames } from '../../electron/contract/names.ts';
import { contentSecurityPolicy } from '../../electron/main/assets.ts';
import { type Handlers, handleRequest } from '../../electron/main/ipc/request.ts';
import { schemePrivileges } from '../../electron/main/protocol.ts';
import { allowedLink } from '../../electron/main/security/links.ts';
import { guardApp, guardContents } from '../../electron/main/security/navigation.ts';
import { blockNetwork, isAllowedRequest } from '../../electron/main/security/network.ts';
import { devServerUrl, isOurPage, pageUrl } from '../../electron/main/security/origin.ts';
import { denyPermissions } from '../../electron/main/security/permissions.ts';
import { builtForElectron, isSupportedRuntime } from '../../electron/main/supported-runtime.ts';
import { browserWindowOptions, webPreferences } from '../../electron/main/window-options.ts';
import { makeApp, makeContents, makeEvent, makeSession } from './fakes.ts';

/*
 * The twenty recommendations of https://www.electronjs.org/docs/latest/tutorial/security, one by one and in their order.
 * Here: what can be told from options, handlers and sources. The running window is asked again in e2e.
 */

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Every source of a folder as path -> text, tests left out. */
function sources(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && /\.(ts|tsx|html)$/.test(path) && !/\.test\.tsx?$/.test(path))
      found.set(path.slice(root.length + 1), readFileSync(path, 'utf8'));
  }
  return found;
}

const electronSources = sources('electron');
const rendererSources = sources('renderer');
const filesWith = (files: ReadonlyMap<string, string>, pattern: RegExp): string[] =>
  [...files].filter(([, text]) => pattern.test(text)).map(([path]) => path);

const preferences = webPreferences({ preload: '/x/index.cjs', devTools: false, diagnostic: false });

describe('Electron security checklist', () => {
  it('1 only loads secure content', () => {
    expect(pageUrl).toBe('app://reelmetrics/');
    expect(schemePrivileges.privileges).toMatchObject({ standard: true, secure: true });
    expect(schemePrivileges.privileges?.bypassCSP ?? false).toBe(false);
    expect(devServerUrl(true, { ELECTRON_RENDERER_URL: 'http://localhost:5173' })).toBeNull();
    expect(devServerUrl(false, { ELECTRON_RENDERER_URL: 'http://evil.example:5173' })).toBeNull();
    expect(devServerUrl(false, { ELECTRON_RENDERER_URL: 'http://localhost:5173' })).toBe('http://localhost:5173/');
    // No address of anything to load in the page: what it shows is bundled.
    expect(filesWith(rendererSources, /\b(src|href)=["']https?:/)).toEqual([]);
    for (const url of [
      'http://example.com/',
      'https://example.com/',
      'wss://example.com/',
      'file:///etc/passwd',
      'ftp://x/',
      'app://other/',
    ]) {
      expect(isAllowedRequest(url, null)).toBe(false);
    }
    for (const url of [
      'app://reelmetrics/assets/a.js',
      'data:image/png;base64,AA==',
      'devtools://devtools/bundled/x.html',
    ]) {
      expect(isAllowedRequest(url, null)).toBe(true);
    }
  });

  it('1 cancels every request that would leave the computer', () => {
    const { session, taken } = makeSession();
    blockNetwork(session, null, silentLogger);
    const answers: boolean[] = [];
    for (const url of ['https://example.com/telemetry', 'app://reelmetrics/']) {
      taken.beforeRequest({ url, resourceType: 'xhr' }, ({ cancel }) => void answers.push(cancel));
    }
    expect(answers).toEqual([true, false]);
  });

  it('2 gives no page the Node.js integration', () => {
    expect(preferences).toMatchObject({
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
    });
  });

  it('3 isolates the context of every page', () => {
    expect(preferences.contextIsolation).toBe(true);
    expect(filesWith(electronSources, /exposeInMainWorld/)).toEqual(['electron/preload/index.ts']);
  });

  it('4 sandboxes every process', () => {
    expect(preferences.sandbox).toBe(true);
    expect(electronSources.get('electron/main/index.ts')).toContain('app.enableSandbox()');
    expect(filesWith(electronSources, /appendSwitch/)).toEqual([]);
  });

  it('5 refuses every permission, device and download', () => {
    const { session, emitter, taken } = makeSession();
    denyPermissions(session, silentLogger);
    const granted: boolean[] = [];
    for (const permission of ['notifications', 'media', 'geolocation', 'clipboard-read', 'openExternal', 'unknown']) {
      taken.permissionRequest(null, permission, (answer) => void granted.push(answer));
    }
    expect(granted).toEqual(Array(6).fill(false));
    expect(taken.permissionCheck()).toBe(false);
    expect(taken.devicePermission()).toBe(false);
    taken.displayMedia(null, (streams) => expect(streams).toEqual({}));
    const download = makeEvent();
    emitter.emit('will-download', download);
    expect(download.prevented).toBe(true);
  });

  it('6 leaves webSecurity on', () => {
    expect(preferences.webSecurity).toBe(true);
  });

  it('7 has a restrictive content security policy', () => {
    const policy = new Map(
      contentSecurityPolicy
        .split('; ')
        .map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1).join(' ')]),
    );
    expect(policy.get('default-src')).toBe("'none'");
    expect(policy.get('script-src')).toBe("'self'");
    for (const name of [
      'connect-src',
      'object-src',
      'frame-src',
      'worker-src',
      'base-uri',
      'form-action',
      'frame-ancestors',
    ])
      expect(policy.get(name)).toBe("'none'");
    expect(contentSecurityPolicy).not.toMatch(/unsafe-eval|\*|https?:|blob:/);
    // Inline is allowed for styles only.
    expect([...policy].filter(([, value]) => value.includes('unsafe-inline')).map(([name]) => name)).toEqual([
      'style-src',
    ]);
  });

  it('8 does not allow insecure content to run', () => {
    expect(preferences.allowRunningInsecureContent).toBe(false);
  });

  it('9 enables no experimental features', () => {
    expect(preferences.experimentalFeatures).toBe(false);
  });

  it('10 enables no Blink features', () => {
    expect(preferences.enableBlinkFeatures).toBeUndefined();
    expect(filesWith(electronSources, /enableBlinkFeatures|enable-blink-features/)).toEqual([]);
  });

  it('11 has no webview, so none that allows popups', () => {
    expect(preferences.webviewTag).toBe(false);
    expect(filesWith(rendererSources, /<webview|allowpopups/)).toEqual([]);
  });

  it('12 refuses every webview before it is made', () => {
    const { contents, emitter } = makeContents();
    guardContents(contents, null, silentLogger);
    const event = makeEvent();
    emitter.emit('will-attach-webview', event, {}, { src: pageUrl });
    expect(event.prevented).toBe(true);
  });

  it('13 refuses navigation away from our page, in every contents there will be', () => {
    const { app, emitter: appEvents } = makeApp();
    guardApp(app, null, silentLogger);
    const { contents, emitter } = makeContents();
    appEvents.emit('web-contents-created', {}, contents);
    for (const name of ['will-navigate', 'will-redirect', 'will-frame-navigate']) {
      for (const url of [
        'https://example.com/',
        'file:///etc/passwd',
        'app://reelmetrics.evil/',
        'app://user@reelmetrics/',
        'about:blank',
        'javascript:1',
        '',
      ]) {
        const event = makeEvent(url);
        emitter.emit(name, event);
        expect({ name, url, prevented: event.prevented }).toEqual({ name, url, prevented: true });
      }
      const reload = makeEvent(pageUrl);
      emitter.emit(name, reload);
      expect(reload.prevented).toBe(false);
    }
    expect(preferences.navigateOnDragDrop).toBe(false);
  });

  it('14 opens no new window', () => {
    const { contents, taken } = makeContents();
    guardContents(contents, null, silentLogger);
    for (const url of ['https://www.electronjs.org/', pageUrl, 'about:blank'])
      expect(taken.openHandler?.({ url })).toEqual({ action: 'deny' });
    expect(filesWith(electronSources, /new (BrowserWindow|WebContentsView|BrowserView)\b/)).toEqual([
      'electron/main/window.ts',
    ]);
  });

  it('15 opens links of its own list only, through one guarded function', () => {
    expect(filesWith(electronSources, /\bshell\./)).toEqual(['electron/main/security/external.ts']);
    expect(electronSources.get('electron/main/security/external.ts')).toContain('const allowed = allowedLink(url);');
    for (const url of ['file:///bin/sh', 'http://www.electronjs.org/', 'https://example.com/', 'mailto:a@b.c'])
      expect(allowedLink(url)).toBeNull();
  });

  it('16 is built for a current Electron, and knows when it runs on another', () => {
    const manifest = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> };
    expect(manifest.devDependencies.electron).toMatch(new RegExp(`^${builtForElectron}\\.\\d+\\.\\d+$`));
    expect(isSupportedRuntime(`${builtForElectron}.0.0`)).toBe(true);
    expect(isSupportedRuntime('33.2.1')).toBe(false);
  });

  it('17 checks the sender of every message', async () => {
    // One door only, and the check comes before the handler.
    expect(
      filesWith(electronSources, /\bipcMain\b(?!\.)/).filter((path) =>
        /import .*ipcMain/.test(electronSources.get(path) ?? ''),
      ),
    ).toEqual(['electron/main/ipc/router.ts']);
    expect(filesWith(electronSources, /\.ipc\.(on|handle)\(/)).toEqual([]);
    let reached = 0;
    const handlers = Object.fromEntries(
      requestNames.map((name) => [
        name,
        () => {
          reached += 1;
        },
      ]),
    ) as unknown as Handlers;
    const audit = { around: () => Promise.reject(new Error('reached')) };
    for (const name of requestNames) {
      const sender = { isOurWindow: true, isMainFrame: true, url: 'https://example.com/' };
      expect(
        await handleRequest({ handlers, audit, devServer: null, logger: silentLogger }, name, sender, undefined),
      ).toMatchObject({ ok: false, error: { code: 'refused_sender' } });
    }
    expect(reached).toBe(0);
  });

  it('18 serves its page by its own protocol, never file:', () => {
    expect(isOurPage('file:///opt/ReelMetrics/resources/app.asar/out/renderer/index.html', null)).toBe(false);
    expect(isAllowedRequest('file:///opt/ReelMetrics/index.html', null)).toBe(false);
    expect(filesWith(electronSources, /loadFile\(|['"`]file:\/\//)).toEqual([]);
  });

  it('19 sets the fuses of the packed program', () => {
    const fuses = new Map(
      [...read('electron-builder.yml').matchAll(/^\s+(\w+):\s*(true|false)\s*(?:#.*)?$/gm)].map((match) => [
        match[1],
        match[2] === 'true',
      ]),
    );
    expect({
      runAsNode: fuses.get('runAsNode'),
      enableNodeOptionsEnvironmentVariable: fuses.get('enableNodeOptionsEnvironmentVariable'),
      enableNodeCliInspectArguments: fuses.get('enableNodeCliInspectArguments'),
      enableEmbeddedAsarIntegrityValidation: fuses.get('enableEmbeddedAsarIntegrityValidation'),
      onlyLoadAppFromAsar: fuses.get('onlyLoadAppFromAsar'),
      grantFileProtocolExtraPrivileges: fuses.get('grantFileProtocolExtraPrivileges'),
    }).toEqual({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  it('20 exposes no Electron API to the page, only named requests and feeds', () => {
    const preload = electronSources.get('electron/preload/index.ts') ?? '';
    expect([...preload.matchAll(/from '([^']+)'/g)].map((match) => match[1])).toEqual([
      'electron',
      '../contract/names.ts',
      '../contract/signatures.ts',
    ]);
    expect(preload).toContain("contextBridge.exposeInMainWorld('reelmetrics', bridge)");
    expect(filesWith(electronSources, /\bipcRenderer\./)).toEqual(['electron/preload/index.ts']);
    expect(filesWith(electronSources, /\.send\(feedChannel/)).toEqual(['electron/main/feed.ts']);
    expect(filesWith(rendererSources, /from ['"](electron|node:[a-z/_]+)['"]/)).toEqual([]);
  });

  it('beyond the list: refuses certificate errors, peer connections round the filter, page dialogs and dictionary downloads', () => {
    const { app, emitter } = makeApp();
    guardApp(app, null, silentLogger);
    const event = makeEvent();
    let trusted: boolean | null = null;
    emitter.emit('certificate-error', event, {}, 'https://x/', 'ERR', {}, (answer: boolean) => {
      trusted = answer;
    });
    expect(trusted).toBe(false);
    const { contents, taken } = makeContents();
    guardContents(contents, null, silentLogger);
    expect(taken.webRtc).toBe('disable_non_proxied_udp');
    expect(preferences).toMatchObject({ spellcheck: false, disableDialogs: true, plugins: false, devTools: false });
    expect(
      browserWindowOptions({ preload: '/x', dark: true, devTools: false, diagnostic: false, bounds: null }),
    ).toMatchObject({ show: false, minWidth: 960, minHeight: 640 });
  });
});
