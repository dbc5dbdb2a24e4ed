import { builtInPermit, profilePermit, type SimulationPermit } from '../domain/simulation.ts';
import type { DataSource } from './types.ts';

/** Whether invented sales may go into the log of this source. */
export function permitOf(source: DataSource): SimulationPermit {
  return source.kind === 'embedded' ? builtInPermit : profilePermit(source.profile);
}
