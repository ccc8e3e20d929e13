import { PRIORITY } from '../../power/index.ts'

/** Limits of the window driver. Lengths are of the glass; a door's travel is about 450 mm. */
export const WINDOW_PARAMETERS = {
  tick_ms: 10,
  /** From here on a road may shake the glass. */
  driving_kmh: 3,
  /** Between two ticks of a closing: the force was judged with ticks of up to 20 ms and pauses of up to 15 ms (sim/pinch/tolerances.ts). */
  gapMost_ms: 35,
  /** After a longer one nothing closes by itself until so many ticks have come in time. */
  provenTicks: 300,
  /** A board whose firmware hangs has to take a closing motor away within this. */
  holdMost_ms: 60,
  /** Means of a shorter interval say little. */
  means_ms: 4,
  travel_mm: 450,
  /** Hall pulses a millimetre: four a turn of a rotor behind a 73:1 worm and a drum of 22 mm radius, whatever the travel is. */
  pulses_mm: 2.1124,

  /** A closing that has learned nothing expects what the descriptor says it takes, up to this: a hand has to show beyond it. */
  unlearnedMost_A: 9,
  /** A descriptor's stall current is believed up to this: what the winding takes of 16 V in the cold. */
  stallMost_A: 30,

  /** Longest motion in one direction: a full close takes up to 12 s at 9 V and −30 °C, and longer in aged seals. */
  run_ms: 20000,
  /** Longest wait for power. */
  grant_ms: 1500,
  lease_ms: 10000,
  comfortPriority: PRIORITY.comfort,
  safetyPriority: PRIORITY.safety,

  /** Shorted motor before it turns round or rests: until it stands, at least and at most. */
  brake_ms: 60,
  brakeMost_ms: 300,
  standstill_ms: 30,
  /** And before a reversal, whose glass may jump as long as the cable pulls: a rotor without a pulse for so long turns slowly. */
  turn_ms: 10,

  /**
   * A closing that begins below `backOffBelow_mm` first opens by `backOff_mm`, so that it meets friction before it can meet anything
   * else; it gives up on that after `backOff_ms`. It opens to `backOffTo_mm` at least: until it has met its friction it is not where a rod
   * may be stiff (65 N/mm up to 25 mm).
   */
  backOffBelow_mm: 270,
  backOff_mm: 14,
  backOffTo_mm: 42,
  backOff_V: 7,
  backOff_ms: 2500,

  /** Within this of an end, standing still under current is the end stop; elsewhere it is an obstacle. */
  endZone_mm: 6,
  endStall_ms: 100,
  /** No pulse for this long under current: blocked. A motor that starts gets as long. */
  stall_ms: 200,
  /** The same on a guarded closing, where a weak supply may let it creep. */
  weakStall_ms: 500,
  /** And while its friction is not found yet: in the cold it sticks. */
  unfoundStall_ms: 1500,
  /** A motor that stands under power draws more than this; less means that it is not connected. */
  connected_A: 1,
  /**
   * More than opening takes of the motor, of worn seals at −40 °C (6.6 A): only a glass that stands against so much stands at a stop.
   * Of 6 V and warm, a standing motor takes 8.6 A. One that takes less has no power, or turns and its pulses are lost.
   */
  pressed_A: 8,
  /**
   * A motor that turns by its voltage and current, with a winding of so much more resistance than believed, is waited for by so many
   * pulses: then they are lost. A reversal that has lost them opens for so long.
   */
  blindDoubt: 1.25,
  blind_pulses: 6,
  /** One that seems to press on what may be a hand, by so many. */
  blindHand_pulses: 1,
  /** A closing that is too weak lets go unless it stands by voltage and current, too, with so much more resistance than believed. */
  weakDoubt: 1.1,
  blindOpen_ms: 1500,
  /** So far beyond an end of its travel, cable and buffers allowed for, no glass can be: its position was wrong. */
  astray_mm: 15,

  /** The supply is brought in over this time, from this share. */
  ramp_ms: 100,
  rampFrom: 0.4,
  /**
   * A closing at an unknown place is guarded as one from `unknownFrom_mm` that comes no further than `unknownGap_mm`: slow, and
   * never taken for the end. Between them it finds its friction.
   */
  unknownFrom_mm: 130,
  unknownGap_mm: 100,
  /** Motor voltage of an opening near its end or goal, and how near that is. */
  slow_V: 7.5,
  slowOpen_mm: 20,
  slowGoal_mm: 25,
  /** One that has so far to the lower stop does not meet it while its motor gathers speed. */
  freeOpen_mm: 100,
  learn_V: 10,

  /** goto is satisfied within this; a coarser miss is corrected this often. */
  goalTolerance_pct: 0.8,
  goalCorrections: 2,
  /** How far ahead of a goal to brake: the way of this time at the present speed. */
  brakeLead_ms: 12,

  /** Reversal after a pinch: 200 mm, or to the lower end. */
  reopen_mm: 200,
  /**
   * A closing that the motor is too weak for lets go of what may be a hand by so much: what UN R21 5.8.3 wants of a reversal at least.
   * (FMVSS 118 S5 wants 125 mm of one, or the place where it began, or room for a rod of 200 mm.)
   */
  letGo_mm: 50,
  /**
   * A closing that has to stop lets go of what it presses on with this much beyond friction.
   */
  presses_N: 25,
  /** A tick that is later than this comes after a pause of the processor; for so long what the eFuse did meanwhile may not be known yet. */
  pause_ms: 100,
  woken_ms: 200,
  /** A reversal goes on after this many losses of power, no more: an eFuse that trips again and again is right. */
  reversalPowerLosses: 3,

  /** Holding the switch this long at the lower stop makes it the reference, when the position is not known. */
  referenceHold_ms: 1000,
  /** A learned travel is believed within these shares of the descriptor's: what stands further away from its end may be a hand. */
  travelLeast: 0.985,
  travelMost: 1.015,
  /** What the learning run saw of friction is in its place when the travel is the descriptor's within this. */
  describedWithin_mm: 2,

  /** The motor's heat is its current squared; from cold it may stall for this long, or close 15 times in a row. */
  stallTime_s: 12,
  /** It cools with this time constant; from the warm share of the limit on nothing is begun, until the restart share. */
  cooling_s: 120,
  warmShare: 0.8,
  restartShare: 0.65,
} as const
