import { OperatorFault } from '../src/fault.ts';

/** @throws {OperatorFault} exit code 2 where a text is no customer id */
export function customerNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new OperatorFault(`CUSTOMER must be a numeric id, not "${text}".`, 2);
  return Number(text);
}
