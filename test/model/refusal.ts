/** One row of code-selection.csv: the code, and whether its condition holds. */
export type Check = readonly [code: number, holds: () => boolean];

/** The code of the first condition that holds, or 0. Later conditions may rely on the earlier ones being false. */
export function firstRefusal(checks: readonly Check[]): number {
  return checks.find(([, holds]) => holds())?.[0] ?? 0;
}
