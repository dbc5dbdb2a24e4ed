import { describeSaleStore } from '../testing/sale-store-conformance.ts';
import { openStoreFixture } from '../testing/store-fixture.ts';

describeSaleStore('on the embedded database', openStoreFixture);
