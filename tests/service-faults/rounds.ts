/** REELMETRICS_FAULTS=full: every round that docs/faults.md tells of, as `npm run test:faults` does; otherwise a few of each. */
export const full = process.env.REELMETRICS_FAULTS === 'full';
