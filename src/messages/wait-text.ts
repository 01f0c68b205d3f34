import type { WaitReason, WaitReasons } from '../customer-status.ts';
import { en } from './en/en.ts';
import type { Messages } from './messages.ts';

/** Why a file waits, in words. One line, whatever the values hold. */
export function waitText(
  { reason, values }: { reason: keyof WaitReasons; values: WaitReason['values'] },
  { status }: Messages = en,
): string {
  // A reason comes with its own values: see `WaitReason`.
  return (status.waits[reason] as (values: WaitReason['values']) => string)(values);
}
