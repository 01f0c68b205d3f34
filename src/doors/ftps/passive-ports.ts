import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { codeOf } from '../../fault.ts';
import { ChannelFault } from './replies.ts';
import { reason } from '../../messages/reply.ts';

/** From `min` to `max`; both 0: any free port. */
export interface PortRange {
  min: number;
  max: number;
}

/** Where Linux tells from which ports it serves outgoing connections. */
const EPHEMERAL_PORTS_FILE = '/proc/sys/net/ipv4/ip_local_port_range';

/** What an operator should know about the range: sentences, none where all is well. */
export async function passiveRangeWarnings(range: PortRange, sessionsMax: number): Promise<string[]> {
  if (range.max === 0) return [];
  const ephemeral = parsePortRange(await readFile(EPHEMERAL_PORTS_FILE, 'utf8').catch(() => ''));
  const warnings: string[] = [];
  if (ephemeral && range.min <= ephemeral.max && range.max >= ephemeral.min) {
    warnings.push(
      'passive ports overlap the ephemeral ports of this machine: some will be in use now and then',
    );
  }
  if (range.max - range.min + 1 < sessionsMax) warnings.push('fewer passive ports than sessions');
  return warnings;
}

/** @returns null where the text is not two numbers */
export function parsePortRange(text: string): PortRange | null {
  const [, min, max] = /^\s*(\d+)\s+(\d+)\s*$/u.exec(text) ?? [];
  return min && max ? { min: Number(min), max: Number(max) } : null;
}

/** Ports that another program holds are passed over, but not without end. */
const LISTEN_TRIES_MAX = 20;

/** Hands out listening sockets of the passive range, each port to one transfer at a time. */
export class PassivePorts {
  readonly #range: PortRange;
  readonly #taken = new Set<number>();
  #next: number;

  constructor(range: PortRange) {
    this.#range = range;
    this.#next = range.min;
  }

  /**
   * The port returns to the pool when the server closes.
   *
   * @param address where clients reach this machine
   * @throws ChannelFault 425 while all ports are taken
   */
  async listen(address: string): Promise<Server> {
    for (let tries = 0; tries < LISTEN_TRIES_MAX; tries += 1) {
      const port = this.#take();
      const server = createServer({ allowHalfOpen: true, noDelay: true });
      server.once('close', () => this.#taken.delete(port));
      try {
        server.listen({ host: address, port, backlog: 4, exclusive: true });
        await once(server, 'listening');
        return server;
      } catch (error) {
        this.#taken.delete(port);
        if (codeOf(error) !== 'EADDRINUSE') throw error;
      }
    }
    throw noPortFree();
  }

  /** In turn, so that a port rests as long as possible before it is used again. */
  #take(): number {
    const { min, max } = this.#range;
    if (max === 0) return 0;
    for (let steps = min; steps <= max; steps += 1) {
      const port = this.#next;
      this.#next = port === max ? min : port + 1;
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      return port;
    }
    throw noPortFree();
  }
}

function noPortFree(): ChannelFault {
  return new ChannelFault(425, reason('channel.portsInUse'));
}
