import { AppError, messageOf } from '../lib/app-error.ts';
import { readTextFile } from './text-file.ts';

/**
 * The environment, with each variable of `names` that is not set taken from the file that `<name>_FILE` names: how
 * orchestrators hand over secrets. A line break at the end is left out. Errors: `AppError` bad_settings.
 */
export async function withFileVariables(env: NodeJS.ProcessEnv, names: readonly string[]): Promise<NodeJS.ProcessEnv> {
  const found: NodeJS.ProcessEnv = { ...env };
  for (const name of names) {
    const file = env[`${name}_FILE`];
    if (env[name] !== undefined || !file) continue;
    try {
      found[name] = (await readTextFile(file)).replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
    } catch (cause) {
      throw new AppError('bad_settings', `${name}_FILE cannot be read: ${messageOf(cause)}`, {
        hint: `Put the value into the file, or into ${name}.`,
        cause,
      });
    }
  }
  return found;
}
