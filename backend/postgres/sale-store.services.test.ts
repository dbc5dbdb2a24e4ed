import { describeSaleStore } from '../testing/sale-store-conformance.ts';
import { openServerStoreFixture } from '../testing/store-fixture.ts';

describeSaleStore('on a server, through arrays', () => openServerStoreFixture({ source: 'arrays' }));
describeSaleStore('on a server, through COPY', () => openServerStoreFixture({ source: 'copy', copyFrom: 1 }));
