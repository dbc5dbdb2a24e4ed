import { describeDeadLetters } from '../testing/dead-letters-conformance.ts';
import { openServerIngestFixture } from '../testing/ingest-fixture.ts';

describeDeadLetters('a PostgreSQL server', () => openServerIngestFixture({ source: 'copy' }));
