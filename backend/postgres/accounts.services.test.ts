import { describeAccounts } from '../testing/accounts-conformance.ts';
import { openServerStoreFixture } from '../testing/store-fixture.ts';

describeAccounts('accounts on a server', () => openServerStoreFixture({ source: 'copy', copyFrom: 3 }));
