/** A line from the scripts to the person at the terminal. On stderr, so that a command's own output stays clean. @param {string} line */
export function say(line) {
  process.stderr.write(`reelmetrics: ${line}\n`);
}

/** A failure whose message is meant for a person: it is printed without a stack. */
export class SetupError extends Error {}

/** Runs a script's main function: prints what went wrong and exits with 1. @param {() => Promise<number | undefined | void>} main */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    say(error instanceof SetupError ? error.message : String(error instanceof Error ? error.stack : error));
    process.exitCode = 1;
  }
}
