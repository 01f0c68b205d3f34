import { ended, type RetryLayout } from '../../change-file/retry-layout.ts';

/** The header line, and the rows. */
export const csvRetried: RetryLayout = { opening: ended, entry: ended, closing: Buffer.alloc(0) };
