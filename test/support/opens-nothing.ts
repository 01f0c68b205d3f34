/**
 * Keeps the unit lane what it is: what would open a socket, a process or a thread throws instead. A test that needs one is
 * named `.test.ts` alone.
 */
import childProcess, { ChildProcess } from 'node:child_process';
import dgram from 'node:dgram';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import threads from 'node:worker_threads';

function refuse(owner: object, ...names: string[]): void {
  for (const name of names)
    Object.assign(owner, {
      [name]: function refused(): never {
        throw new Error(`${name}: a test of the unit lane opens no socket, no process and no thread`);
      },
    });
}

refuse(net.Socket.prototype, 'connect');
refuse(net.Server.prototype, 'listen');
refuse(dgram, 'createSocket');
refuse(ChildProcess.prototype, 'spawn');
refuse(childProcess, 'spawnSync', 'execSync', 'execFileSync');
refuse(threads, 'Worker');
syncBuiltinESMExports();
