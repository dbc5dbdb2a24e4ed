import { app, dialog, protocol } from 'electron';
import { startApp } from './app.ts';
import { parseArguments } from './arguments.ts';
import { type CrashHandling, fatal, handleCrashes } from './crash.ts';
import { chooseFolders, removeThrowAway } from './folders.ts';
import { openLog } from './log.ts';
import { schemePrivileges } from './protocol.ts';
import { refusedSwitch } from './security/switches.ts';

/*
 * What must be settled before Electron is ready: arguments, folders, log, crash handling, sandbox, scheme, one instance.
 * Everything else is app.ts. A folder given on the command line is meant from where the user stands, which a starter
 * script may have left.
 */
const folder = process.env.REELMETRICS_CWD ?? process.env.INIT_CWD ?? process.cwd();
const parsed = parseArguments(process.argv, folder);
const root = process.getuid?.() === 0;
const refused = refusedSwitch((name) => app.commandLine.hasSwitch(name), { packaged: app.isPackaged, root });

if (refused !== null) {
  process.stderr.write(`reelmetrics: --${refused} would open the window to other programs; start without it\n`);
  app.exit(2);
} else if (!parsed.ok) {
  process.stderr.write(`reelmetrics: ${parsed.message}\n`);
  app.exit(2);
} else {
  const args = parsed.value;
  const folders = chooseFolders(args, app.getPath('userData'));
  app.setPath('userData', folders.user);
  process.on('exit', () => removeThrowAway(folders));

  const { logger, file: logFile } = openLog(folders.logs);
  const crashes: CrashHandling = {
    folder: folders.crashes,
    logger,
    program: {
      version: app.getVersion(),
      electron: process.versions.electron,
      platform: `${process.platform} ${process.arch}`,
    },
    tell: args.smoke === null ? (title, text) => dialog.showErrorBox(title, text) : null,
    exit: (code) => app.exit(code),
  };
  handleCrashes(crashes);

  // enableSandbox() would undo --no-sandbox, without which Chromium does not run as root; anyone else gets the sandbox.
  const rootWithoutSandbox = root && app.commandLine.hasSwitch('no-sandbox');
  if (!rootWithoutSandbox) app.enableSandbox();
  protocol.registerSchemesAsPrivileged([schemePrivileges]);

  if (app.requestSingleInstanceLock()) {
    app
      .whenReady()
      .then(() => startApp({ args, folders, logger, logFile, crashes }))
      .catch((error: unknown) => fatal(crashes, 'start failed', error));
  } else {
    // The first instance is told and comes to the front.
    app.quit();
  }
}
