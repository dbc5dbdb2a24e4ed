/** Both backends' answers, cold and warm, over three days with a million sales and over thirty with ten millions. */
import { silentLogger } from '../../backend/ports/logger.ts';
import { createRuntime } from '../../backend/runtime.ts';
import { localServices } from '../../backend/settings/environment.ts';
import { defaultSettings } from '../../backend/settings/settings.ts';
import type { Figure } from '../figures.ts';
import { timeQuestions } from '../questions.ts';
import { storeAll } from './ingest.ts';
import type { Stage } from './stage.ts';
import { fillTopic } from './topic.ts';

const sizes = [
  { name: '1M', sales: 1_000_000, days: 3 },
  { name: '10M', sales: 10_000_000, days: 30 },
] as const;

export async function questions(stage: Stage): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const { name, sales, days } of sizes) {
    const { env } = await stage.ground(`questions-${name.toLowerCase()}`);
    await fillTopic(env, Math.round(sales * stage.scale), { days });
    await storeAll(env);
    for (const figure of await askEverything(env)) {
      figures.push({ ...figure, name: figure.name.replace('questions.', `questions.${name}.`) });
    }
  }
  const [small, large] = sizes.map(({ name }) =>
    figures.filter((figure) => figure.name.startsWith(`questions.${name}.`)),
  );
  const growth = (small ?? []).map((figure, index): Figure => {
    const grown = large?.[index];
    if (grown === undefined) throw new Error(`${figure.name} was measured once only`);
    return {
      name: figure.name.replace(`questions.${sizes[0].name}.`, 'questions.growth.'),
      value: grown.value / figure.value,
      unit: 'ratio',
    };
  });
  return [...figures, ...growth];
}

/** Times every question of every day, on both backends. */
export async function askEverything(env: NodeJS.ProcessEnv): Promise<readonly Figure[]> {
  const runtime = await createRuntime({
    source: { kind: 'services', ...localServices(env) },
    calendar: null,
    currency: defaultSettings.currency,
    backend: 'sql',
    fallback: false,
    simulator: defaultSettings.simulator,
    logger: silentLogger,
    consume: false,
  });
  try {
    return [...(await timeQuestions(runtime, 'sql')), ...(await timeQuestions(runtime, 'materialized'))];
  } finally {
    await runtime.close();
  }
}
