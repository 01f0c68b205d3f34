import type { RetryLayout } from '../../change-file/retry-layout.ts';

/** The elements of an array. */
export const jsonRetried: RetryLayout = {
  opening: () => Buffer.from('[\n'),
  entry: (original, isFirst) => Buffer.concat([Buffer.from(isFirst ? '' : ',\n'), original]),
  closing: Buffer.from('\n]\n'),
};
