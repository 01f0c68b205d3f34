import { expect, test } from 'vitest';
import { BACKLOG_BYTES_FREE, BacklogPool, BacklogShare } from '../../src/doors/backlog.ts';
import { Sessions } from '../../src/doors/sessions.ts';
import { sessionOf } from '../support/door.ts';

const MIB = 1024 * 1024;

test('many connections have no more than one, a little each excepted, and go on when half is worked off', () => {
  const pool = new BacklogPool(MIB);
  const told: number[] = [];
  const shares = Array.from({ length: 4 }, (_, index) => {
    const share = new BacklogShare();
    share.charge(pool);
    share.listen(() => told.push(index));
    return share;
  });
  const over = () => shares.map(({ isOver }) => isOver);
  for (const share of shares) share.add(MIB / 4);
  expect(over()).toEqual([false, false, false, false]);
  shares[0]?.add(1);
  expect(over()).toEqual([true, true, true, true]);
  shares[3]?.add(BACKLOG_BYTES_FREE - MIB / 4);
  expect(over()).toEqual([true, true, true, false]);
  told.length = 0;
  shares[0]?.add(-MIB / 4);
  shares[1]?.add(-MIB / 4);
  // Everybody hears that it goes on, not only who made room.
  expect([over(), new Set(told)]).toEqual([[false, false, false, false], new Set([0, 1, 2, 3])]);
});

test('what a connection held is free with its end', () => {
  const pool = new BacklogPool(MIB);
  const share = new BacklogShare();
  share.add(3 * MIB);
  share.charge(pool);
  expect([pool.isOver, pool.bytes]).toEqual([true, 3 * MIB]);
  share.leave();
  share.leave();
  share.add(-MIB);
  expect([pool.isOver, pool.bytes]).toEqual([false, 0]);
});

test('an account is charged wherever it comes from, an address whoever signs in', () => {
  const sessions = new Sessions({ backlogPerAccountMax: MIB, backlogPerAddressMax: 2 * MIB });
  const enter = (address: string, login: string, bytes: number) => {
    const visit = sessions.arrive(address, () => undefined);
    visit?.enter(sessionOf(login));
    visit?.backlog.add(bytes);
    return visit?.backlog;
  };
  const half = enter('192.0.2.1', 'acme', MIB / 2);
  const same = enter('192.0.2.2', 'acme', MIB);
  const other = enter('192.0.2.1', 'other', MIB);
  expect([half?.isOver, same?.isOver, other?.isOver]).toEqual([true, true, false]);
  const third = enter('192.0.2.1', 'third', MIB);
  expect([other?.isOver, third?.isOver]).toEqual([true, true]);
});
