import { requireConfirmation } from '../../../../backend/domain/simulation.ts';
import type { Handlers } from '../request.ts';
import type { Services } from '../services.ts';

export function simulatorHandlers({
  settings,
  host,
}: Services): Pick<
  Handlers,
  | 'simulator.start'
  | 'simulator.stop'
  | 'simulator.pause'
  | 'simulator.resume'
  | 'simulator.burst'
  | 'simulator.startBackfill'
  | 'simulator.cancelBackfill'
> {
  const simulator = () => host.require().simulator;
  /** Throws unless what was typed lets invented sales into the log. */
  const confirmed = (typed: string | undefined) => {
    requireConfirmation(host.require().status().simulation, typed);
    return simulator();
  };
  return {
    'simulator.start': (given) => confirmed(given?.profile).start(settings.current.simulator),
    'simulator.stop': () => simulator().stop(),
    'simulator.pause': () => simulator().pause(),
    'simulator.resume': () => simulator().resume(),
    'simulator.burst': ({ rate, seconds }) => simulator().burst(rate, seconds),
    'simulator.startBackfill': async ({ days, extend, profile }) => {
      await confirmed(profile).startBackfill(days, extend ? 'extend' : 'refuse');
    },
    'simulator.cancelBackfill': () => simulator().cancelBackfill(),
  };
}
