import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Background } from '../../src/pipeline/background.ts';
import { StatusWriter } from '../../src/pipeline/status-writer.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** A writer whose writes last until the test ends them. */
function begin() {
  const faults: unknown[] = [];
  const writes: { customer: number; end: () => void; fail: (error: Error) => void }[] = [];
  const background = new Background((error) => faults.push(error));
  const writer = new StatusWriter((customer) => {
    const { promise, resolve: end, reject: fail } = Promise.withResolvers<void>();
    writes.push({ customer, end, fail });
    return promise;
  }, background);
  const written = () => writes.map(({ customer }) => customer);
  return { writer, background, writes, written, faults };
}

const second = () => vi.advanceTimersByTimeAsync(1_000);

it('however many changes there are, each customer’s status is written once, a second after the first', async () => {
  const { writer, writes, written } = begin();
  for (const customer of [1, 2, 1, 1, 2]) writer.changed(customer);
  await vi.advanceTimersByTimeAsync(600);
  writer.changed(1);
  await vi.advanceTimersByTimeAsync(399);
  expect(written()).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(written()).toEqual([1, 2]);
  for (const { end } of writes) end();
  await second();
  await second();
  expect(written()).toEqual([1, 2]);
});

it('a change that comes while the status is written has it written again, never at the same time', async () => {
  const { writer, writes, written } = begin();
  writer.changed(1);
  await second();
  writer.changed(1);
  writer.changed(2);
  await second();
  expect(written(), 'the other customer does not wait').toEqual([1, 2]);
  await second();
  expect(written()).toEqual([1, 2]);
  writes[0]?.end();
  await second();
  expect(written()).toEqual([1, 2, 1]);
});

it('a write that fails is told of, and the next change is written', async () => {
  const { writer, writes, written, faults } = begin();
  writer.changed(1);
  await second();
  writes[0]?.fail(new Error('no space'));
  writer.changed(1);
  await second();
  expect(faults).toEqual([new Error('no space')]);
  expect(written()).toEqual([1, 1]);
});

it('after the close of its background nothing is written', async () => {
  const { writer, background, written } = begin();
  writer.changed(1);
  await background.close();
  writer.changed(2);
  await second();
  expect(written()).toEqual([]);
});
