import { describeRebuild } from '../testing/rebuild-conformance.ts';
import { openStoreFixture } from '../testing/store-fixture.ts';

describeRebuild('on the embedded database', openStoreFixture);
