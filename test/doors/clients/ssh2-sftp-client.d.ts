/** What the tests use of it; the package has no types of its own. */
declare module 'ssh2-sftp-client' {
  import type { ConnectConfig } from 'ssh2';

  export default class SftpClient {
    constructor(name?: string, listeners?: Record<'error' | 'end' | 'close', () => void>);
    connect(config: ConnectConfig): Promise<unknown>;
    list(path: string): Promise<{ name: string }[]>;
    put(from: string | Buffer, to: string): Promise<string>;
    fastPut(from: string, to: string): Promise<string>;
    get(from: string, to?: undefined, options?: { readStreamOptions?: { start?: number } }): Promise<unknown>;
    fastGet(from: string, to: string): Promise<string>;
    append(from: Buffer, to: string): Promise<string>;
    rename(from: string, to: string): Promise<string>;
    delete(path: string): Promise<string>;
    end(): Promise<unknown>;
  }
}
