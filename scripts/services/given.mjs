import { SetupError } from '../lib/say.mjs';
import { addressesIn, serviceNames, titles, variables } from './addresses.mjs';
import { accepts } from './connections.mjs';

/** Services that the environment names: they are used as they are, and never started or stopped by us. @typedef {import('./addresses.mjs').ServiceName} ServiceName */

/**
 * Values that `env` has printed are ours all the same.
 * @param {Record<import('./addresses.mjs').VariableName, string> | null} own @returns {ServiceName[]}
 */
export function givenNames(own) {
  return serviceNames.filter((name) => {
    const value = process.env[variables[name]];
    return Boolean(value) && value !== own?.[variables[name]];
  });
}

/** Errors: SetupError that names the first one that cannot be reached. @param {readonly ServiceName[]} names */
export async function requireReachable(names) {
  await Promise.all(
    names.map(async (name) => {
      if (await isReachable(name)) return;
      const variable = variables[name];
      const places = addressesIn(name, process.env[variable] ?? '').map(({ host, port }) => `${host}:${port}`);
      throw new SetupError(
        `${variable} leads to ${places.join(', ')}, where no ${titles[name]} accepts connections. ` +
          `Start it, or unset ${variable} to have one started here.`,
      );
    }),
  );
}

/** @param {ServiceName} name @returns {Promise<boolean>} */
export async function isReachable(name) {
  const addresses = addressesIn(name, process.env[variables[name]] ?? '');
  return (await Promise.all(addresses.map((address) => accepts(address)))).includes(true);
}
