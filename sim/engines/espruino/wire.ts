/** What a hub in the interpreter and the simulator's board say to each other: numbers, as doubles, so that they arrive as they were. */

/** From the interpreter: functions of Espruino that are the board's. Those in `IN_BYTES` are answered with bytes too. */
export const ASK = {
  pin: 0, setTimeout: 1, clearTimeout: 2, digitalRead: 3, digitalWrite: 4, analogRead: 5, analogWrite: 6, setWatch: 7,
  serialNumber: 8, random: 9, temperature_C: 10, kickWatchdog: 11, log: 12, transfer: 13, descriptor: 14, flashRead: 15, flashWrite: 16,
  flashErase: 17, reboot: 18,
  // The callback is over; what it threw is in the bytes.
  done: 19,
} as const
export type AskName = keyof typeof ASK

/** To the interpreter: a timer that ran out (its handle), an edge (the watch, level, level of the pin beside it). */
export const CALL = { timer: 0, edge: 1 } as const

/** Numbers of a message: from the interpreter which, three arguments, count of bytes; to it which, time, three arguments. */
export const HEAD_NUMBERS = 5
export const HEAD_BYTES = 8 * HEAD_NUMBERS
/** Numbers of an answer: a number, the time, count of bytes. */
export const ANSWER_BYTES = 8 * 3
