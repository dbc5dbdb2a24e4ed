import { describeAnswerCache } from '../testing/answer-cache-conformance.ts';
import { describeReadModel } from '../testing/read-model-conformance.ts';
import { besideClient, deletePrefix, openReady, redisPassword, redisSettings } from '../testing/redis-fixture.ts';
import { testServices } from '../testing/test-services.ts';

const { redisUrl } = testServices();

async function open(options: { maxDays?: number } = {}) {
  const settings = redisSettings(redisUrl);
  const password = redisPassword(redisUrl);
  const connection = await openReady(settings, { password, ...options });
  return {
    connection,
    close: async () => {
      await connection.close();
      const beside = besideClient(settings, password);
      await deletePrefix(beside, settings.keyPrefix);
      beside.disconnect();
    },
  };
}

describeReadModel('in Redis', async (options) => {
  const { connection, close } = await open(options);
  return { model: connection.readModel, close };
});

describeAnswerCache('in Redis', async () => {
  const { connection, close } = await open();
  return { cache: connection.answers, close };
});
