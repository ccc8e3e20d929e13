import type { CodeOf } from '#protocol/index.ts'

/**
 * The phases of a window, and what ends them. `rest`: off. `waiting`: for power. `running`. `braking`: motor shorted, before
 * it turns round or rests. `probing`: off, standing at what may be the lower stop with the switch still held. (The upper one
 * has a seal before it, and hands.) `backingOff`: opens a little before it closes, so that friction is met before anything else.
 *
 * | from | to | cause |
 * |---|---|---|
 * | rest, probing; braking, once the glass stands | running, backingOff; waiting without power | a goal, where it may move |
 * | backingOff | braking | opened a little, or cannot; else as running |
 * | waiting | running; rest | power; none for too long, goal over |
 * | running | braking | goal reached or over, the other direction, an end, an obstacle, a fault |
 * | running, closing | braking, then a reversal | it has to stop while it presses, or after a pause may press, on something |
 * | running, closing | braking, then a reversal | the board has ended it, as nobody renewed it |
 * | running, backingOff | braking; a closing: then a reversal, by time | it turns, and gives no pulses |
 * | running, closing | braking, then opens a little | the motor is too weak, and what it presses on may be a hand |
 * | running | waiting | a reversal lost its power |
 * | running | probing | at an unknown place, opening by a held switch, it is pressed against something |
 * | probing | rest | held long enough: that is the lower stop |
 * | braking, waiting, probing | rest | no goal |
 */
export const PHASE = { rest: 0, waiting: 1, running: 2, braking: 3, probing: 4, backingOff: 5 } as const
export type Phase = CodeOf<typeof PHASE>
