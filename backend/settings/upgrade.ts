/** Makes settings of one version into settings of the next. Pure; throws when the settings are not of its version. */
export type UpgradeStep = (settings: Record<string, unknown>) => Record<string, unknown>;

/** The step from each version that the console can still read, keyed by that version. Version 1 is the first. */
export const upgradeSteps: ReadonlyMap<number, UpgradeStep> = new Map([
  // Version 1 knew the embedded data only; version 2 has connection profiles.
  [1, (settings) => ({ ...settings, profiles: [] })],
]);

/** Applies the steps one after the other until `target`. Throws when there is no step from a version on the way. */
export function upgrade(
  settings: Record<string, unknown>,
  from: number,
  target: number,
  steps: ReadonlyMap<number, UpgradeStep>,
): Record<string, unknown> {
  let upgraded = settings;
  for (let version = from; version < target; version++) {
    const step = steps.get(version);
    if (step === undefined) throw new RangeError(`Settings of version ${version} cannot be read.`);
    upgraded = { ...step(upgraded), version: version + 1 };
  }
  return upgraded;
}
