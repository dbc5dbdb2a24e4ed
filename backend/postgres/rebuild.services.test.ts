import { describeRebuild } from '../testing/rebuild-conformance.ts';
import { openServerStoreFixture } from '../testing/store-fixture.ts';

describeRebuild('on a server', () => openServerStoreFixture({ source: 'copy' }));
