/*
 * The direction of imports, design section 2: each folder names what it may import of ours, everything else is an error.
 * Type-only imports count too. scripts/layers.test.ts plants violations to see each rule fail.
 */

/** A folder's one rule: what it may import besides itself. @param {string} name @param {string} from @param {string[]} allowed @param {string} [comment] */
const only = (name, from, allowed, comment) => ({
  name,
  comment: comment ?? `${name} may import of ours: ${allowed.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^${from}`, pathNot: '\\.test\\.tsx?$' },
  to: {
    path: '^(backend|electron|renderer|scripts|tests|e2e|bench)/',
    pathNot: [from, ...allowed].map((path) => `^${path}`),
  },
});

/** @param {string} name @param {string} comment @param {object} from @param {object} to */
const never = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const core = ['backend/domain/', 'backend/lib/', 'backend/ports/'];

module.exports = {
  forbidden: [
    never('no-cycle', 'A cycle has no direction.', {}, { circular: true }),
    never('resolvable', 'An import that leads nowhere hides its edge.', {}, { couldNotResolve: true }),

    only('domain', 'backend/domain/', ['backend/lib/']),
    only('lib', 'backend/lib/', []),
    only('ports', 'backend/ports/', ['backend/domain/']),
    ...['ingest', 'query', 'simulator', 'live', 'settings'].map((name) => only(name, `backend/${name}/`, core)),
    ...['kafka', 'postgres', 'redis', 'embedded'].map((name) =>
      only(`adapter-${name}`, `backend/${name}/`, [...core, 'backend/settings/']),
    ),
    only('gateway', 'backend/gateway/', [...core, 'backend/live/next-frame', 'backend/runtime/types']),
    only('backend', 'backend/', []),
    never(
      'testing-apart',
      'Test tools are for tests.',
      { path: '^(backend|electron|renderer)/', pathNot: '\\.test\\.tsx?$|^backend/testing/' },
      { path: '^backend/testing/' },
    ),
    never(
      'pure-packages',
      'The inside of the backend knows no client library.',
      { path: '^backend/(domain|lib|ports|ingest|query|simulator|live|settings)/', pathNot: '\\.test\\.ts$' },
      {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer'],
        pathNot: 'node_modules/(zod|temporal-polyfill)/',
      },
    ),

    never(
      'backend-without-electron',
      'The backend runs under plain Node.',
      { path: '^backend/' },
      { path: '(^|node_modules/)electron(-log)?$|node_modules/electron(-log)?/' },
    ),
    only('contract', 'electron/contract/', [...core, 'backend/settings/', 'backend/runtime']),
    only('preload', 'electron/preload/', ['electron/contract/names', 'electron/contract/signatures']),
    only('main', 'electron/main/', [
      'electron/contract/',
      'backend/runtime',
      'backend/gateway/',
      'backend/live/next-frame',
      ...core,
      'backend/settings/',
    ]),

    only('renderer', 'renderer/', ['electron/contract/', 'backend/domain/']),
    never(
      'renderer-contract-types',
      'Of the contract the page knows types and names; schemas belong to main.',
      { path: '^renderer/' },
      { path: '^electron/contract/schemas' },
    ),
    never(
      'renderer-without-node',
      'The page has no Node and no Electron.',
      { path: '^renderer/', pathNot: '\\.test\\.tsx?$' },
      { dependencyTypes: ['core'] },
    ),
    never(
      'renderer-without-electron',
      'The page has no Node and no Electron.',
      { path: '^renderer/' },
      { path: '^electron$|node_modules/(electron|electron-log|pg|@electric-sql)/' },
    ),
    never(
      'features-apart',
      'Features never import each other.',
      { path: '^renderer/src/features/([^/]+)/' },
      { path: '^renderer/src/features/', pathNot: '^renderer/src/features/$1/' },
    ),
    never(
      'charts-and-ui-without-store',
      'Charts and ui are given their data.',
      { path: '^renderer/src/(charts|ui)/' },
      { path: '^renderer/src/(store|features|bridge)/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Counts type-only imports, which TypeScript erases.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.cjs', '.js', '.json'],
    },
    exclude: { path: '\\.(css|svg|png|woff2)$' },
  },
};
