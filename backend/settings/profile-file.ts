/** A profile as a file of its own: what the console exports and imports, and what the command line takes. No secrets. */
import { AppError } from '../lib/app-error.ts';
import { type Profile, profileSchema } from './profile.ts';
import { knownPart } from './salvage.ts';
import { parseJson } from './text-file.ts';

export function profileText(profile: Profile): string {
  return `${JSON.stringify(profile, null, 2)}\n`;
}

/** Fields of newer versions are left alone. Errors: `AppError` bad_settings, naming the file and the field that is wrong. */
export function parseProfile(text: string, file: string): Profile {
  const checked = profileSchema.safeParse(knownPart(profileSchema, parseJson(text, file)));
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  throw new AppError('bad_settings', `${file} is not a profile: ${where}${issue?.message ?? 'not valid'}`, {
    hint: 'Mend the file, or export the profile again from Settings, Data source.',
  });
}
