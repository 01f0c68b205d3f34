import type { Organisation, Seat, SeatState, Subscriber, Subscription } from './organisation.ts';

/** Who changed a seat, for "last change". */
interface Change {
  now: Date;
  file: string;
  line: number;
  /** active where left out */
  state?: SeatState;
}

export function hasFreeSeat(subscription: Subscription): boolean {
  return subscription.seatsTaken < subscription.seats;
}

/** Gives the subscriber a seat. The caller has checked that one is free. */
export function takeSeat(subscriber: Subscriber, subscription: Subscription, change: Change): void {
  subscription.seatsTaken += 1;
  subscriber.seats.push({
    subscription: subscription.id,
    state: change.state ?? 'active',
    extraStorage: { files: 0, mail: 0 },
    assignedAt: change.now,
    lastChange: { file: change.file, line: change.line },
  });
}

/** Takes a seat back, and with it the extra storage that was attached to it. */
export function freeSeat(organisation: Organisation, subscriber: Subscriber, seat: Seat): void {
  subscriber.seats = subscriber.seats.filter((other) => other !== seat);
  const subscription = organisation.subscriptions.get(seat.subscription);
  if (subscription) subscription.seatsTaken -= 1;
  organisation.storageTaken.files -= seat.extraStorage.files;
  organisation.storageTaken.mail -= seat.extraStorage.mail;
}
