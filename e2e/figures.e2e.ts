import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, launchApp, type RunningApp, temporaryFolder, until } from './harness.ts';

/*
 * Figures are never cut or wrapped, at any size, with names that real houses and films have. FIGURES_PICTURES=<folder>
 * keeps a picture of each screen, for the eye.
 */

const pictures = process.env.FIGURES_PICTURES;
/** Width and height in CSS px; the last is a window of 1280 px at 200 %. */
const sizes = [
  { width: 1024, height: 700, zoom: 1 },
  { width: 1280, height: 800, zoom: 1 },
  { width: 1440, height: 900, zoom: 1 },
  { width: 1920, height: 1080, zoom: 1 },
  { width: 2560, height: 1440, zoom: 1 },
  { width: 1280, height: 900, zoom: 2 },
] as const;
const screens = ['Live', 'Theatres', 'Pipeline', 'Simulator', 'Settings'] as const;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let running: RunningApp;
let page: Page;

beforeAll(async () => {
  folder = await temporaryFolder();
  running = await launchApp(folder.path);
  ({ page } = running);
  await page.getByRole('button', { name: 'Try with built-in data' }).click();
  await until('the history is there', 90_000, async () => {
    const status = await ask(page, 'status.get', undefined).catch(() => null);
    return status !== null && status.simulator.backfill === null && (status.consumer.lagEvents ?? 99) < 50;
  });
  const { simulator } = await ask(page, 'settings.get', undefined);
  // Refunds, so that their word is on the screen; and a burst, so that figures are long.
  await ask(page, 'simulator.update', { ...simulator, scenario: 'refund-storm', rate: 20 });
  await giveLongNames();
});
afterAll(async () => {
  await running?.close();
  await folder?.remove();
});

/** Theatres and films as the catalogue may hold them: 70 characters, Arabic, Chinese, Japanese. */
async function giveLongNames(): Promise<void> {
  await running.app.evaluate(({ ipcMain }) => {
    const names = [
      'The Royal Metropolitan Picture Palace and Winter Garden of Old Harbour',
      '\u0627\u0644\u0633\u064a\u0646\u0645\u0627 \u0627\u0644\u0645\u0644\u0643\u064a\u0629 \u0641\u064a \u0627\u0644\u0645\u064a\u0646\u0627\u0621 \u0627\u0644\u0642\u062f\u064a\u0645 \u0648\u062d\u062f\u064a\u0642\u0629 \u0627\u0644\u0634\u062a\u0627\u0621',
      '\u5927\u90fd\u6703\u7687\u5bb6\u96fb\u5f71\u5bae\u53ca\u820a\u6e2f\u51ac\u5b63\u82b1\u5712\u5927\u90fd\u6703\u7687\u5bb6\u96fb\u5f71\u5bae',
      '\u30ed\u30a4\u30e4\u30eb\u30fb\u30e1\u30c8\u30ed\u30dd\u30ea\u30bf\u30f3\u6620\u753b\u5bae\u6bbf\u3068\u65e7\u6e2f\u306e\u51ac\u306e\u5ead\u5712',
    ];
    type Handler = (...given: unknown[]) => Promise<{ ok: boolean; value?: Catalogue }>;
    type Named = { name?: string; title?: string; city?: string };
    type Catalogue = { theaters: Named[]; movies: Named[] };
    const handlers = (ipcMain as unknown as { _invokeHandlers: Map<string, Handler> })._invokeHandlers;
    const original = handlers.get('request:catalogue.get');
    if (original === undefined) throw new Error('nothing gives the catalogue');
    handlers.set('request:catalogue.get', async (...given) => {
      const reply = await original(...given);
      const catalogue = reply.value;
      if (catalogue === undefined) return reply;
      const name = (index: number): string => names[index % names.length] ?? '';
      return {
        ...reply,
        value: {
          theaters: catalogue.theaters.map((theater, index) => ({
            ...theater,
            name: name(index),
            city: name(index + 1),
          })),
          movies: catalogue.movies.map((movie, index) => ({ ...movie, title: name(index) })),
        },
      };
    });
  });
  await page.reload();
  await page.getByRole('navigation', { name: 'Screens' }).waitFor();
}

async function resize({ width, height, zoom }: (typeof sizes)[number]): Promise<void> {
  await running.app.evaluate(
    ({ BrowserWindow }, to) => {
      const [window] = BrowserWindow.getAllWindows();
      window?.setContentSize(to.width, to.height);
      window?.webContents.setZoomFactor(to.zoom);
    },
    { width, height, zoom },
  );
  await page.waitForFunction((wanted) => Math.abs(globalThis.innerWidth - wanted) < 3, width / zoom);
}

/**
 * What is wrong with what is shown: figures that are cut or broken over lines, buttons that stick out of their card, and
 * refunds without their word. Words that name something (titles, names) may be cut, as they are given in full on hover.
 */
function flaws(): Promise<readonly string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const shown = (element: Element): boolean => {
      if (!(element as HTMLElement).checkVisibility({ visibilityProperty: true })) return false;
      const { width, height } = element.getBoundingClientRect();
      return width > 1 && height > 1;
    };
    const money = /[$\u00a5\u20ac\u00a3]\s?[\d,.]+/;
    const clips = (element: Element): boolean => {
      const { overflowX } = getComputedStyle(element);
      return overflowX === 'hidden' || overflowX === 'clip';
    };
    const name = (element: Element): string =>
      `${element.tagName.toLowerCase()}.${element.className.toString().split(' ')[0]} "${element.textContent?.trim().slice(0, 70)}"`;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = node.textContent ?? '';
      const holder = node.parentElement;
      if (!/\d/.test(text) || holder === null || !shown(holder) || holder.closest('title, [aria-hidden="true"]'))
        continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const box = range.getBoundingClientRect();
      if (box.width <= 1) continue;
      // A whole line that is not shown, as there is no room for it, is not a cut figure.
      for (
        let around: Element | null = holder;
        around !== null && around !== document.body;
        around = around.parentElement
      ) {
        if (!clips(around)) continue;
        const edge = around.getBoundingClientRect();
        if (box.top >= edge.bottom - 1 || box.bottom <= edge.top + 1) break;
        if (box.right > edge.right + 1 || box.left < edge.left - 1) {
          found.push(`cut: ${name(holder)} in ${name(around)}`);
          break;
        }
      }
      if (money.test(text) && range.getClientRects().length > 1 && holder.closest('p') === null) {
        found.push(`wrapped: ${name(holder)}`);
      }
    }
    for (const button of document.querySelectorAll('main button')) {
      const card = button.closest('section, aside, header');
      if (card === null || !shown(button)) continue;
      const inner = button.getBoundingClientRect();
      const outer = card.getBoundingClientRect();
      if (inner.right > outer.right + 1 || inner.left < outer.left - 1) found.push(`outside: ${name(button)}`);
    }
    // Nothing is out of reach at the side: pages do not scroll sideways.
    for (const button of document.querySelectorAll('button')) {
      if (shown(button) && button.getBoundingClientRect().right > window.innerWidth + 1) {
        found.push(`out of reach: ${name(button)}`);
      }
    }
    return [...new Set(found)];
  });
}

/** What stays wrong: a drawer that slides in is out of reach for a moment. */
async function settledFlaws(): Promise<readonly string[]> {
  const end = Date.now() + 3000;
  for (;;) {
    const found = await flaws();
    if (found.length === 0 || Date.now() > end) return found;
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)));
  }
}

/** Goes to a screen also where the rail has no words. */
async function open(screen: (typeof screens)[number]): Promise<void> {
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: screen }).click();
  await page.getByRole('heading', { name: screen, exact: true, level: 1 }).waitFor();
}

async function picture(name: string): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

describe('no figure is cut', () => {
  it.each(sizes)('at $width x $height, zoom $zoom', async (size) => {
    await resize(size);
    const label = `${size.width}x${size.height}${size.zoom === 1 ? '' : `-zoom${size.zoom}`}`;
    const all: string[] = [];
    for (const screen of screens) {
      await open(screen);
      if (screen === 'Simulator') await page.getByText('Same everywhere').waitFor();
      if (screen === 'Theatres') await page.locator('[data-theatre]').first().waitFor();
      await page.waitForTimeout(pictures === undefined ? 0 : 800);
      await picture(`${label}-${screen.toLowerCase()}`);
      all.push(...(await settledFlaws()).map((flaw) => `${screen}: ${flaw}`));
      if (screen !== 'Theatres') continue;
      await page.locator('[data-theatre]').first().click();
      await page.getByRole('heading', { name: 'Gross by hour' }).waitFor();
      await picture(`${label}-drawer`);
      all.push(...(await settledFlaws()).map((flaw) => `Drawer: ${flaw}`));
      await page.keyboard.press('Escape');
    }
    expect(all).toEqual([]);
  });

  it('says that a sale is a refund, whatever the length of its title', async () => {
    await resize({ width: 1440, height: 900, zoom: 1 } as (typeof sizes)[number]);
    await open('Live');
    const word = page.getByLabel('Sales, newest first').getByText('Refund', { exact: true }).first();
    await word.waitFor({ timeout: 30_000 });
    const [inner, outer] = await word.evaluate((element) => {
      const cell = element.closest('td');
      return [element.getBoundingClientRect().right, cell?.getBoundingClientRect().right ?? 0];
    });
    expect(inner).toBeLessThanOrEqual((outer ?? 0) + 1);
  });
});
