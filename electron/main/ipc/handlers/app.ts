import { AppError, codeOf } from '../../../../backend/lib/app-error.ts';
import type { Runtime } from '../../../../backend/runtime.ts';
import type { Handlers } from '../request.ts';
import type { Services } from '../services.ts';

/** Days of invented history that the first-run choice brings. */
const historyDays = 14;

/** Days that are there already, in a folder that was used before, stay as they are. */
async function addHistory({ simulator }: Pick<Runtime, 'simulator'>): Promise<void> {
  try {
    await simulator.startBackfill(historyDays, 'extend');
  } catch (error) {
    if (codeOf(error) !== 'history_present') throw error;
  }
}

export function appHandlers({
  info,
  settings,
  host,
  desktop,
  takeReport,
}: Services): Pick<Handlers, 'app.info' | 'app.state' | 'app.startEmbedded' | 'app.quit' | 'diagnostics.report'> {
  return {
    'app.info': info,
    'app.state': () => host.state,
    // The first choice also starts the sales; afterwards the same request is "try again" and starts nothing by itself.
    'app.startEmbedded': async ({ history }) => {
      const first = settings.current.dataSource === null;
      if (first) await settings.update({ dataSource: 'embedded' });
      const runtime = await host.start('embedded');
      if (history) await addHistory(runtime);
      if (first) runtime.simulator.start(settings.current.simulator);
    },
    'app.quit': () => desktop.quit(),
    'diagnostics.report': (report) => {
      if (takeReport === null) throw new AppError('bad_request', 'No diagnostic run is under way.');
      takeReport(report);
    },
  };
}
