import { ended, type RetryLayout } from '../../change-file/retry-layout.ts';

const NOTHING = Buffer.alloc(0);
const EMPTY_LINE = Buffer.from('\n');

/** Records with an empty line between them. */
export const ldifRetried: RetryLayout = {
  opening: () => NOTHING,
  entry: (original, isFirst) => Buffer.concat([isFirst ? NOTHING : EMPTY_LINE, ended(original)]),
  closing: NOTHING,
};
