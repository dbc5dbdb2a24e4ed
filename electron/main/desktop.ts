import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { app, type BrowserWindow, dialog } from 'electron';
import { AppError, codeOf } from '../../backend/lib/app-error.ts';
import { readTextFile } from '../../backend/settings/text-file.ts';
import type { Desktop } from './ipc/services.ts';
import { openExternal, openOwnFolder } from './security/external.ts';

/** The desktop's services for the window: dialogs, folders, links, full screen. */
export function createDesktop(
  window: BrowserWindow,
  folders: { readonly data: string; readonly logs: string },
): Desktop {
  return {
    async saveFile(suggestedName, content) {
      const { canceled, filePath } = await dialog.showSaveDialog(window, {
        defaultPath: join(app.getPath('documents'), suggestedName),
      });
      if (canceled || filePath === '') return null;
      try {
        await writeFile(filePath, content, 'utf8');
      } catch (cause) {
        throw new AppError('not_available', `The file could not be written (${codeOf(cause) ?? 'unknown cause'}).`, {
          hint: 'Choose another folder, or make room on the disk.',
          cause,
        });
      }
      return filePath;
    },
    async openFile({ name, extension }) {
      const { canceled, filePaths } = await dialog.showOpenDialog(window, {
        properties: ['openFile'],
        filters: [{ name, extensions: [extension] }],
      });
      const [path] = filePaths;
      if (canceled || path === undefined) return null;
      return { name: basename(path), text: await readText(path) };
    },
    openLink: openExternal,
    async openFolder(which) {
      const problem = await openOwnFolder(folders[which]);
      if (problem !== null)
        throw new AppError('not_available', `The folder could not be opened: ${problem}`, {
          hint: `It is ${folders[which]}`,
        });
    },
    setFullScreen(on) {
      window.setFullScreen(on);
      window.setMenuBarVisibility(!on);
    },
    quit: () => app.quit(),
  };
}

/** Largest file that is read, bytes. */
async function readText(path: string): Promise<string> {
  try {
    return await readTextFile(path, basename(path));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('not_available', `The file could not be read (${codeOf(cause) ?? 'unknown cause'}).`, {
      hint: 'Check that it is there and that you may read it.',
      cause,
    });
  }
}
