import { describeSaleArchive } from '../testing/sale-archive-conformance.ts';
import { openServerStoreFixture } from '../testing/store-fixture.ts';

describeSaleArchive('archived days, on a server', () => openServerStoreFixture({ source: 'copy', copyFrom: 2 }));
