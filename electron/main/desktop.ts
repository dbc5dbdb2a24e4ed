import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { app, type BrowserWindow, dialog } from 'electron';
import { AppError, codeOf } from '../../backend/lib/app-error.ts';
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
