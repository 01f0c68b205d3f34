import { escapeHidden } from '../src/shown-text.ts';

/** One line on a terminal that says how far a command is. Everything else goes its usual way and stays. */
export interface Progress {
  show(text: string): void;
  /** Takes the line away, if there is one. */
  done(): void;
}

/** Often enough to look alive, and no burden for a slow terminal. */
const SHOWN_MS_MIN = 100;
const CLEAR_LINE = '\r\u001b[K';

/** @param terminal standard error; where it is no terminal nothing is shown */
export function progressOn(
  terminal: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>,
  nowMs: () => number = () => performance.now(),
): Progress {
  let shownMs = -Infinity;
  let isShown = false;
  return {
    show: (text) => {
      if (!terminal.isTTY || nowMs() - shownMs < SHOWN_MS_MIN) return;
      shownMs = nowMs();
      isShown = true;
      // A line that wraps could not be taken away.
      terminal.write(
        `${CLEAR_LINE}${escapeHidden(text).slice(0, Math.max((terminal.columns || 80) - 1, 1))}`,
      );
    },
    done: () => {
      if (isShown) terminal.write(CLEAR_LINE);
      isShown = false;
    },
  };
}
