import type { ReleaseStack } from '../../backend/lib/release-stack.ts';
import type { Logger } from '../../backend/ports/logger.ts';

export interface QuitOptions {
  readonly release: ReleaseStack;
  readonly exit: (code: number) => void;
  readonly logger: Logger;
  /** Leaves anyway after this long: what was acknowledged is on disk, so waiting longer saves nothing. */
  readonly limitMs: number;
}

/** Returns the one way to leave: releases everything, then exits with the first code asked for. Later calls join the first. */
export function createQuit({ release, exit, logger, limitMs }: QuitOptions): (code: number) => Promise<void> {
  let leaving: Promise<void> | undefined;
  const leave = async (code: number): Promise<void> => {
    const started = performance.now();
    let step = '';
    const limit = setTimeout(() => {
      logger.error('quit takes too long, leaving now', { step, limitMs });
      exit(code === 0 ? 1 : code);
    }, limitMs);
    let result = code;
    try {
      await release.release((name) => {
        step = name;
      });
    } catch (error) {
      logger.error('release failed', { step, error });
      result = code === 0 ? 1 : code;
    }
    clearTimeout(limit);
    logger.info('quit', { code: result, tookMs: Math.round(performance.now() - started) });
    exit(result);
  };
  return (code) => {
    leaving ??= leave(code);
    return leaving;
  };
}
