/**
 * Where a port stands with its lease:
 * - `idle`: the driver wishes nothing;
 * - `shed`: it wishes what is off at the present shed level, and does not ask;
 * - `pausing`: it wishes, and asks a little later;
 * - `asking`: its request is out, and it draws its idle current;
 * - `leased`: it draws what it wishes, and asks for the renewal at half time;
 * - `renewing`: it draws what its lease says, and a request is out: for the same again, for more or for the rest;
 * - `shared`: there is no manager; it draws from the hub's static share, and goes on asking;
 * - `orphaned`: there is no manager; a reversal outlives its lease, and goes on asking.
 */
export type LeaseState = 'idle' | 'shed' | 'pausing' | 'asking' | 'leased' | 'renewing' | 'shared' | 'orphaned'

/**
 * - `wish`, `release`: the driver wishes something, or nothing any more;
 * - `shed`, `allow`: the shed level forbids the wish, or allows it again;
 * - `ask`: a request goes out;
 * - `grant`, `part`: the answer is a grant of the whole wish, or of a part; `revoke`: it takes away what there is;
 * - `share`: the static share carries the wish;
 * - `expire`: the time of what it draws is over; `orphan`: so it is for a reversal that nobody renewed.
 *
 * An answer `deferred` or `refused` leaves the state as it is: it says when to ask again.
 */
export type LeaseEvent = 'wish' | 'release' | 'shed' | 'allow' | 'ask' | 'grant' | 'part' | 'revoke' | 'share' | 'expire' | 'orphan'

/** One state. */
export interface LeaseRow {
  /** A request is out: an answer to it is taken. */
  readonly requested: boolean
  /** The feed lets more than the idle current through. */
  readonly draws: boolean
  /** The next state; an event that is not in it means nothing here. */
  readonly next: Readonly<Partial<Record<LeaseEvent, LeaseState>>>
}

/** The whole of it: state × event → state, and what the feed does in each. */
export const LEASE_STATES: Readonly<Record<LeaseState, LeaseRow>> = {
  idle: { requested: false, draws: false, next: { wish: 'pausing' } },
  shed: { requested: false, draws: false, next: { release: 'idle', shed: 'shed', allow: 'pausing', ask: 'asking' } },
  pausing: { requested: false, draws: false, next: { release: 'idle', shed: 'shed', ask: 'asking' } },
  asking: {
    requested: true, draws: false,
    next: { release: 'idle', shed: 'shed', ask: 'asking', grant: 'leased', part: 'renewing', revoke: 'asking', share: 'shared' },
  },
  leased: {
    requested: false, draws: true,
    next: { release: 'idle', shed: 'shed', ask: 'renewing', revoke: 'pausing', expire: 'pausing', orphan: 'orphaned' },
  },
  renewing: {
    requested: true, draws: true,
    next: {
      release: 'idle', shed: 'shed', ask: 'renewing', grant: 'leased', part: 'renewing', revoke: 'asking', expire: 'asking', orphan: 'orphaned',
    },
  },
  shared: {
    requested: true, draws: true,
    next: { release: 'idle', shed: 'shed', ask: 'shared', grant: 'leased', part: 'renewing', revoke: 'asking', expire: 'asking' },
  },
  orphaned: {
    requested: true, draws: true,
    next: { release: 'idle', shed: 'shed', ask: 'orphaned', grant: 'leased', part: 'renewing', revoke: 'asking', expire: 'asking' },
  },
}
