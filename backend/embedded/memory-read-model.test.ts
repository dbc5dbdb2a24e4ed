import { describeReadModel } from '../testing/read-model-conformance.ts';
import { MemoryReadModel } from './memory-read-model.ts';

describeReadModel('in memory', async (options) => ({
  model: new MemoryReadModel(options),
  close: async () => undefined,
}));
