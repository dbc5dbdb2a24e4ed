import { messageOf } from './lib/app-error.ts';
import { ReleaseStack } from './lib/release-stack.ts';
import { startConsole } from './runtime/start-console.ts';
import type { Runtime, RuntimeOptions } from './runtime/types.ts';

export { testServices } from './runtime/test-services.ts';
export type { DataSource, Runtime, RuntimeOptions, StartProgress } from './runtime/types.ts';

/**
 * Starts the backend: opens the database, brings schema, catalogue and calendar up to date, and starts the consumer.
 * On services it waits for PostgreSQL as long as it takes, and tells why; Kafka and Redis may come later. Errors:
 * `AppError` data_folder_in_use, data_folder_unusable, newer_schema, foreign_tables, database_failed, bad_settings, cancelled. A start
 * that fails leaves nothing open.
 */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  const releases = new ReleaseStack();
  try {
    return await startConsole(options, releases);
  } catch (error) {
    await releases.release().catch((second: unknown) => {
      options.logger.warn('cleaning up after a failed start failed too', { reason: messageOf(second) });
    });
    throw error;
  }
}
