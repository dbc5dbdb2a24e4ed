/** Waits for `work`, but not longer than `ms`; what becomes of it later is nobody's concern. */
export async function within(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([work.catch(() => undefined), enough]);
  } finally {
    clearTimeout(timer);
  }
}
