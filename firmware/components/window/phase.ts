/**
 * The phases of a window, and what ends them. `rest`: off. `waiting`: for power. `running`. `braking`: motor shorted, before
 * it turns round or rests. `probing`: off, standing at what may be the lower stop with the switch still held. (The upper one
 * has a seal before it, and hands.)
 *
 * | from | to | cause |
 * |---|---|---|
 * | rest, probing; braking, once the glass stands | running; waiting without power | a goal, in a direction in which it may move |
 * | waiting | running; rest | power; none for too long, goal over |
 * | running | braking | goal reached or over, the other direction, an end, an obstacle, a fault |
 * | running | waiting | a reversal lost its power |
 * | running | probing | at an unknown place, opening by a held switch, it is pressed against something |
 * | probing | rest | held long enough: that is the lower stop |
 * | braking, waiting, probing | rest | no goal |
 */
export const PHASE = { rest: 0, waiting: 1, running: 2, braking: 3, probing: 4 } as const
