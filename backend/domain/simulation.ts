import { AppError } from '../lib/app-error.ts';

/** Whether invented sales may go into the topic of the data in use, and what has to be typed before they do. */
export interface SimulationPermit {
  readonly allowed: boolean;
  /** Why not, in words; null when it is allowed. */
  readonly reason: string | null;
  /** What a person types in the window before each run: the name of the profile. null: nothing, as the data are built in. */
  readonly confirm: string | null;
}

/**
 * Sales that are counted can never be taken out of a topic that others read, too: so a profile has to allow invented
 * ones, and one that only observes never does.
 */
export function profilePermit(profile: {
  readonly name: string;
  readonly observeOnly: boolean;
  readonly simulation: boolean;
}): SimulationPermit {
  const { name, observeOnly, simulation } = profile;
  if (observeOnly) return refused(`"${name}" only observes: nothing is produced into its topic or deleted from here.`);
  if (!simulation) return refused(`The profile "${name}" does not allow invented sales.`);
  return { allowed: true, reason: null, confirm: name };
}

/** The data that only this console has. */
export const builtInPermit: SimulationPermit = { allowed: true, reason: null, confirm: null };

/** Throws `AppError` simulation_not_allowed with the reason. */
export function requirePermit(permit: SimulationPermit): void {
  if (permit.allowed) return;
  throw new AppError('simulation_not_allowed', permit.reason ?? 'Invented sales are not allowed here.', {
    hint: 'Simulator, history and reset are for built-in data and for profiles that allow invented sales: Settings, Data source.',
  });
}

/** Throws `AppError` simulation_not_allowed, or bad_request unless the profile was named where that is asked. */
export function requireConfirmation(permit: SimulationPermit, typed: string | undefined): void {
  requirePermit(permit);
  if (permit.confirm === null || typed?.trim() === permit.confirm) return;
  throw new AppError('bad_request', `This changes what is counted in the topic of "${permit.confirm}".`, {
    hint: `Type the name of the profile, ${permit.confirm}, to confirm.`,
  });
}

function refused(reason: string): SimulationPermit {
  return { allowed: false, reason, confirm: null };
}
