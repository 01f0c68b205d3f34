/**
 * A file that does not come is its source's matter. When hardly any source of a country sends, it is a holiday, or something
 * between them and us: that is told once, and not by each. Pure.
 */

import { localOf, type Day } from './local-time.ts';

/** Sources of a zone, without the one that is asked about, on the present day. */
export interface Others {
  /** Usually a file of theirs is here by now, or one is. */
  due: number;
  /** None of their files has come. */
  silent: number;
  /** Their files are usually here some hours from now. */
  coming: number;
}

/** Fewer say nothing about a country; and half of its sources may work on holidays. */
const LEAST = 3;

export function isQuietDay({ due, silent }: Others): boolean {
  return silent >= LEAST && silent * 2 >= due;
}

/** Too few are due to tell a holiday, and there will be enough. */
export function waitsForOthers({ due, coming }: Others): boolean {
  return due < LEAST && due + coming >= LEAST;
}

/** What is kept of another source. */
export interface Other {
  expected: { slot: number | null; usualMs: number } | null;
  missingSinceMs: number | null;
  /** 0: nothing has come yet. */
  lastMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** @returns null: it says nothing about today */
export function placeAmongOthers(
  { expected, missingSinceMs, lastMs }: Other,
  today: Day,
  { zone, nowMs }: { zone: string; nowMs: number },
): 'came' | 'silent' | 'coming' | null {
  if (localOf(lastMs, zone).day === today) return 'came';
  if (missingSinceMs !== null && nowMs - missingSinceMs < DAY_MS) return 'silent';
  if (expected?.slot !== 0) return null;
  const agoMs = nowMs - expected.usualMs;
  if (agoMs < 0) return agoMs > -COMING_MS ? 'coming' : null;
  return agoMs < DAY_MS ? 'silent' : null;
}

const COMING_MS = 8 * HOUR_MS;
