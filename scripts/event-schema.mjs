import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { ticketSaleSchema } from '../backend/domain/ticket-sale.ts';
import { inRepository } from './lib/paths.mjs';
import { runMain, say } from './lib/say.mjs';

/*
 * npm run event-schema [-- --check]: writes docs/event.schema.json, for other producers, from the one definition of the
 * event; --check fails when the file is not what it would write. Wants the toolchain's Node, which strips types.
 */
const path = inRepository('docs', 'event.schema.json');

await runMain(async () => {
  const schema = z.toJSONSchema(ticketSaleSchema, { target: 'draft-2020-12', io: 'input' });
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  if (!process.argv.includes('--check')) return writeFile(path, text);
  const found = await readFile(path, 'utf8').catch(() => null);
  if (found === text) return 0;
  say('docs/event.schema.json does not say what backend/domain/ticket-sale.ts says: run npm run event-schema');
  return 1;
});
