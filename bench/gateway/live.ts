/** 200 WebSocket clients of whom 20 do not read: how late frames are for the others, and what the clients cost. */
import { once } from 'node:events';
import { WebSocket } from 'ws';

const clients = 200;
const stalled = 20;
const warmUpMs = 3_000;

export interface LiveDelays {
  readonly frames: number;
  /** ms from making a frame to having read it. */
  readonly frameP50: number;
  readonly frameP99: number;
  /** ms from each sale to having read the first frame that holds it, the tick of 250 ms included. */
  readonly saleP50: number;
  readonly saleP99: number;
  /** Resident memory of the gateway beyond what it had without clients. */
  readonly megabytes: number;
}

interface Frame {
  readonly at: number;
  readonly recent: readonly { readonly id: string; readonly soldAt: number }[];
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function residentMegabytes(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]) / 2 ** 20;
}

/**
 * @param port of a gateway on the machine that sells, so that the clocks are one; no more is sold than the 20 new sales that
 *   a frame holds
 */
export async function liveDelays(port: number, seconds: number): Promise<LiveDelays> {
  const before = await residentMegabytes(port);
  const sockets = Array.from({ length: clients }, () => new WebSocket(`ws://127.0.0.1:${port}/live`));
  await Promise.all(sockets.map((socket) => once(socket, 'open')));
  for (const socket of sockets.slice(0, stalled)) socket.pause();
  await new Promise((resolve) => setTimeout(resolve, warmUpMs));
  const frames: number[] = [];
  const sales: number[] = [];
  for (const socket of sockets.slice(stalled)) {
    const seen = new Set<string>();
    let first = true;
    socket.on('message', (data) => {
      const { at, recent } = JSON.parse(String(data)) as Frame;
      const now = Date.now();
      frames.push(now - at);
      for (const { id, soldAt } of recent) {
        if (!first && !seen.has(id)) sales.push(now - soldAt);
        seen.add(id);
      }
      first &&= recent.length === 0;
    });
  }
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const after = await residentMegabytes(port);
  for (const socket of sockets) socket.terminate();
  frames.sort((one, other) => one - other);
  sales.sort((one, other) => one - other);
  return {
    frames: frames.length,
    frameP50: percentile(frames, 0.5),
    frameP99: percentile(frames, 0.99),
    saleP50: percentile(sales, 0.5),
    saleP99: percentile(sales, 0.99),
    megabytes: after - before,
  };
}
