import { describeAccounts } from '../testing/accounts-conformance.ts';
import { openStoreFixture } from '../testing/store-fixture.ts';

describeAccounts('accounts on the embedded database', openStoreFixture);
