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
  return {
    'simulator.start': () => simulator().start(settings.current.simulator),
    'simulator.stop': () => simulator().stop(),
    'simulator.pause': () => simulator().pause(),
    'simulator.resume': () => simulator().resume(),
    'simulator.burst': ({ rate, seconds }) => simulator().burst(rate, seconds),
    'simulator.startBackfill': ({ days }) => simulator().startBackfill(days),
    'simulator.cancelBackfill': () => simulator().cancelBackfill(),
  };
}
