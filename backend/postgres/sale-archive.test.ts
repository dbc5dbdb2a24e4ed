import { describeSaleArchive } from '../testing/sale-archive-conformance.ts';
import { openStoreFixture } from '../testing/store-fixture.ts';

describeSaleArchive('archived days, embedded', () => openStoreFixture());
