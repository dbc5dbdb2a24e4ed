import { describeDeadLetters } from '../testing/dead-letters-conformance.ts';
import { openIngestFixture } from '../testing/ingest-fixture.ts';

describeDeadLetters('the embedded database', () => openIngestFixture());
