import type { ElectronApplication, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchApp, type RunningApp, temporaryFolder } from './harness.ts';

/*
 * Electron's security checklist asked of the running window: what tests/security holds in options and handlers, tried
 * from inside the page as an attacker would who got a script into it.
 */

interface Reply {
  readonly ok: boolean;
  readonly error?: { readonly code: string };
}
type Request = (name: string, input?: unknown) => Promise<Reply>;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let running: RunningApp;
let page: Page;
let app: ElectronApplication;

beforeAll(async () => {
  folder = await temporaryFolder();
  running = await launchApp(folder.path);
  ({ page, app } = running);
});
afterAll(async () => {
  await running?.close();
  await folder?.remove();
});

describe('the running window', () => {
  it('has no Node.js, no Electron, and one frozen bridge of two functions', async () => {
    const seen = await page.evaluate(() => {
      const world = globalThis as unknown as Record<string, unknown>;
      const bridge = world.reelmetrics as Record<string, unknown>;
      const before = bridge.request;
      try {
        bridge.request = () => 'replaced';
      } catch {
        // Frozen: that is the point.
      }
      return {
        globals: ['require', 'process', 'module', 'global', 'Buffer', 'ipcRenderer', 'electron'].filter(
          (name) => name in world,
        ),
        bridge: Object.keys(bridge).sort(),
        replaced: bridge.request !== before,
      };
    });
    expect(seen).toEqual({ globals: [], bridge: ['request', 'subscribe'], replaced: false });
  });

  it('runs sandboxed, isolated, without Node.js, webviews or insecure content', async () => {
    const preferences = await app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as
        | { getLastWebPreferences(): object }
        | undefined;
      return contents?.getLastWebPreferences();
    });
    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
    });
  });

  it('is served with its policy, by its own protocol', async () => {
    expect(page.url().startsWith('app://reelmetrics/')).toBe(true);
    const response = await page.reload();
    expect(response?.headers()['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
    expect(response?.headers()['x-content-type-options']).toBe('nosniff');
  });

  it('runs no script that was put into the page', async () => {
    const ran = await page.evaluate(async () => {
      const world = globalThis as unknown as { planted?: string[] };
      world.planted = [];
      const inline = document.createElement('script');
      inline.textContent = "globalThis.planted.push('inline')";
      document.body.append(inline);
      const image = document.createElement('div');
      image.innerHTML = '<img src="data:," onerror="globalThis.planted.push(\'handler\')">';
      document.body.append(image);
      const remote = document.createElement('script');
      remote.src = 'https://example.com/x.js';
      document.body.append(remote);
      const data = document.createElement('script');
      data.src = "data:text/javascript,globalThis.planted.push('data')";
      document.body.append(data);
      await new Promise((resolve) => setTimeout(resolve, 300));
      for (const element of [inline, image, remote, data]) element.remove();
      return world.planted;
    });
    expect(ran).toEqual([]);
  });

  it('reaches nothing over the network', async () => {
    const reached = await page.evaluate(async () => {
      const tries: Record<string, Promise<boolean>> = {
        https: fetch('https://example.com/').then(
          () => true,
          () => false,
        ),
        local: fetch('http://127.0.0.1:9/').then(
          () => true,
          () => false,
        ),
        file: fetch('file:///etc/hostname').then(
          () => true,
          () => false,
        ),
        image: new Promise((resolve) => {
          const image = new Image();
          image.onload = () => resolve(true);
          image.onerror = () => resolve(false);
          image.src = 'https://example.com/x.png';
        }),
        socket: new Promise((resolve) => {
          try {
            const socket = new WebSocket('wss://example.com/');
            socket.onopen = () => resolve(true);
            socket.onerror = () => resolve(false);
          } catch {
            resolve(false);
          }
        }),
      };
      return Object.fromEntries(
        await Promise.all(Object.entries(tries).map(async ([name, tried]) => [name, await tried])),
      );
    });
    expect(reached).toEqual({
      https: false,
      local: false,
      file: false,
      image: false,
      socket: false,
    });
  });

  it('cancels requests at the session too, where no policy of a page applies', async () => {
    const outcome = await app.evaluate(async ({ session }) => {
      try {
        await session.defaultSession.fetch('https://example.com/');
        return 'reached';
      } catch (error) {
        return String(error);
      }
    });
    expect(outcome).toContain('ERR_BLOCKED_BY_CLIENT');
  });

  it('stays on its page, opens no window, loads no frame and no webview', async () => {
    const opened = await page.evaluate(async () => {
      const popup = window.open('https://example.com/');
      const frame = document.createElement('iframe');
      frame.src = 'https://example.com/';
      const webview = document.createElement('webview');
      webview.setAttribute('src', 'https://example.com/');
      document.body.append(frame, webview);
      location.href = 'https://example.com/';
      await new Promise((resolve) => setTimeout(resolve, 500));
      frame.remove();
      webview.remove();
      return popup !== null;
    });
    expect(opened).toBe(false);
    expect(page.url().startsWith('app://reelmetrics/')).toBe(true);
    const contents = await app.evaluate(
      ({ webContents }) =>
        webContents.getAllWebContents().filter((one) => !one.getURL().startsWith('devtools:')).length,
    );
    expect(contents).toBe(1);
  });

  it('gets no permission', async () => {
    const asked = await page.evaluate(async () => ({
      notifications: await Notification.requestPermission(),
      camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(
        () => 'granted',
        () => 'denied',
      ),
      clipboard: await navigator.clipboard.readText().then(
        () => 'granted',
        () => 'denied',
      ),
      place: await new Promise((resolve) =>
        navigator.geolocation.getCurrentPosition(
          () => resolve('granted'),
          () => resolve('denied'),
        ),
      ),
    }));
    expect(asked).toEqual({ notifications: 'denied', camera: 'denied', clipboard: 'denied', place: 'denied' });
  });

  it('refuses links that are not its own, and malformed or unknown requests, each with an error', async () => {
    const codes = await page.evaluate(async () => {
      const { request } = (globalThis as unknown as { reelmetrics: { request: Request } }).reelmetrics;
      const malformed: [string, unknown][] = [
        ['link.open', { url: 'file:///bin/sh' }],
        ['link.open', { url: 'https://example.com/' }],
        ['settings.update', { theme: 'pink' }],
        ['settings.update', { dataSource: 'embedded' }],
        ['query.ask', { name: 'summary', params: { day: '2026-02-30' } }],
        ['file.save', { suggestedName: '../../.bashrc', content: '' }],
        ['data.reset', { confirmation: 'reset' }],
        ['app.info', () => 1],
        ['app.info', new Uint8Array(10)],
        ['no.such.request', undefined],
        ['__proto__', undefined],
      ];
      return Promise.all(malformed.map(async ([name, input]) => (await request(name, input)).error?.code));
    });
    expect(codes).toEqual(Array(codes.length).fill('bad_request'));
  });

  it('answers no other page, even one with the same preload', async () => {
    const code = await app.evaluate(async ({ app: electronApp, BrowserWindow }) => {
      const preload = `${electronApp.getAppPath()}/out/preload/index.cjs`;
      const stranger = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
      try {
        await stranger.loadURL('data:text/html,stranger');
        const reply: { error?: { code: string } } = await stranger.webContents.executeJavaScript(
          "reelmetrics.request('app.info')",
        );
        return reply.error?.code;
      } finally {
        stranger.destroy();
      }
    });
    expect(code).toBe('refused_sender');
  });
});
