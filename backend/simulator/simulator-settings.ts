import { type SimulatorSettings, scenarios } from '../domain/status.ts';
import { AppError } from '../lib/app-error.ts';
import { rateLimits } from './rate-profile.ts';

const maxShare = 0.5;
const maxSeed = 0xffff_ffff;

/** Throws `AppError` bad_request when a setting is out of its limits. */
export function checkSettings(settings: SimulatorSettings): void {
  checkRate(settings.rate);
  if (!Number.isInteger(settings.seed) || settings.seed < 0 || settings.seed > maxSeed) {
    throw refusal(`The seed ${settings.seed} is not possible.`, `Give a whole number from 0 to ${maxSeed}.`);
  }
  if (!scenarios.includes(settings.scenario)) {
    throw refusal(`There is no scenario "${settings.scenario}".`, `Choose one of ${scenarios.join(', ')}.`);
  }
  for (const [fault, share] of Object.entries(settings.faults)) {
    if (!(share >= 0 && share <= maxShare)) {
      throw refusal(`The share ${share} of ${fault} is not possible.`, `Give a share from 0 to ${maxShare}.`);
    }
  }
}

/** Events per second; throws `AppError` bad_request outside 0.1..5,000. */
export function checkRate(rate: number): void {
  if (!(rate >= rateLimits.min && rate <= rateLimits.max)) {
    throw refusal(
      `A rate of ${rate} events/s is not possible.`,
      `Give a rate from ${rateLimits.min} to ${rateLimits.max} events/s.`,
    );
  }
}

export function refusal(message: string, hint: string): AppError {
  return new AppError('bad_request', message, { hint });
}
