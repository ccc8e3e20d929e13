import { describe, expect, it } from 'vitest'
import { LOCATION, PORT_FAULT } from '#protocol/index.ts'
import { FrameDecoder } from '#protocol/messages/index.ts'
import { describeVerdict } from '#sim/checkers/index.ts'
import { type FuzzEvent, runScript, type Script } from '#sim/fuzz/index.ts'

const press = (at_ms: number, name: string, for_ms: number): FuzzEvent => ({ at_ms, kind: 'press', for_ms, with: { switch: name } })

/** What random runs found, shrunk; each is a fault that was mended, or a checker that was wrong. */
const FOUND: Readonly<Record<string, Script>> = {
  'a door stands still between a command and its echo': {
    seed: 713512033, for_ms: 18_667,
    events: [
      press(17_627, 'FL.latch.release', 22),
      press(17_641, 'DASH.doors.lock', 22),
      { at_ms: 17_679, kind: 'pause', for_ms: 0, with: { hub: 'FL', pause_ms: 986 } },
    ],
  },
  'a hub hears nothing for 3 s of a hold that closes its window, and then the rest': {
    seed: 4032855852, for_ms: 19_692,
    events: [
      press(10_675, 'DASH.windowFR.down', 2967),
      press(14_209, 'DASH.windowFR.up', 6156),
      { at_ms: 15_971, kind: 'loss', for_ms: 2933, with: { hub: 'FR', rate: 1 } },
    ],
  },
  'a window is held open from afar while its hub is reset, and somebody taps it closed': {
    seed: 2878481754, for_ms: 14_172,
    events: [
      press(8864, 'DASH.windowFR.down', 7290),
      { at_ms: 11_759, kind: 'pause', for_ms: 0, with: { hub: 'FR', pause_ms: 1381 } },
      press(13_255, 'FR.window.up', 29),
    ],
  },
  'a window is held open whose descriptor lies until it trips, and somebody taps it closed': {
    seed: 4050864802, for_ms: 20_062,
    events: [
      press(3499, 'DASH.windowRR.down', 1791),
      { at_ms: 10_364, kind: 'liar', for_ms: 6741, with: { component: 'RR.window', factor: 5 } },
      press(16_188, 'DASH.windowRR.down', 4812),
      press(19_294, 'RR.window.up', 27),
    ],
  },
  'a window that was pulled while it opened runs down behind the plug of another, which then moves': {
    car: 'coupe', seed: 3209580960, for_ms: 4762,
    events: [
      press(1787, 'FL.window.down', 30),
      { at_ms: 3000, kind: 'swap', for_ms: 2250, with: { component: 'FL.window', maker: 28320, serial: 52486, opening_pct: 40 } },
      press(4683, 'FL.window.down', 88),
    ],
  },
  'a copy of a command waits for a mended spine while its successor comes by the other': {
    car: 'sedan-dual', seed: 326283512, for_ms: 16_200,
    events: [{ at_ms: 6523, kind: 'cut', for_ms: 3732, with: { cable: 'drop.DASH' } }, press(10_049, 'DASH.windowRL.up', 120)],
  },
  'a window whose hub is reset in its first percent of travel runs down': {
    seed: 947829547, for_ms: 9000,
    events: [
      press(8116, 'DASH.windowFR.up', 15), press(8237, 'DASH.windowFR.down', 17),
      { at_ms: 8415, kind: 'reset', for_ms: 0, with: { hub: 'FR', cause: 'requested' } },
    ],
  },
  'a recorded command is said again while the window runs by a later one': {
    seed: 2820368744, for_ms: 20_000,
    events: [
      { at_ms: 13_254, kind: 'reset', for_ms: 0, with: { hub: 'STEREO', cause: 'watchdog' } },
      press(17_817, 'DASH.windowFL.down', 159), { at_ms: 18_653, kind: 'replay', for_ms: 0, with: { back: 33, times: 2 } },
    ],
  },
  'a window that lost its reference in a reset closes on a hand': {
    seed: 103197008, for_ms: 22_000,
    events: [
      press(7394, 'RL.window.down', 30), { at_ms: 9099, kind: 'reset', for_ms: 0, with: { hub: 'RL', cause: 'external' } },
      press(13_488, 'RL.window.up', 15),
      { at_ms: 15_160, kind: 'obstacle', for_ms: 2920, with: { window: 'RL.window', opening_mm: 134, stiffness_N_mm: 5 } },
    ],
  },
  'a switch is held up while the hub of its window is reset, and a hand is in the way': {
    seed: 1889856609, for_ms: 22_000,
    events: [
      press(6147, 'DASH.windowRL.down', 30),
      { at_ms: 11_191, kind: 'obstacle', for_ms: 4662, with: { window: 'RL.window', opening_mm: 155, stiffness_N_mm: 20 } },
      press(11_678, 'DASH.windowRL.up', 7468), { at_ms: 13_717, kind: 'reset', for_ms: 0, with: { hub: 'RL', cause: 'external' } },
    ],
  },
  'a command that is lost on a jammed bus is reported, though another one comes through before the report can': {
    seed: 3335610677, for_ms: 10_302, events: [
      { at_ms: 6011, kind: 'babble', for_ms: 1457, with: { hub: 'RR', id: 121787302, bytes: 0 } },
      press(6795, 'DASH.windowFR.up', 20), press(7062, 'DASH.mirrorFR.left', 37),
    ],
  },
  'a status is heard whose sender sees an error at its end, and comes no second time': {
    seed: 178725979, for_ms: 6377,
    events: [
      press(1762, 'FR.window.up', 262), { at_ms: 1885, kind: 'nodeNoise', for_ms: 3405, with: { hub: 'HOOD', rate: 0.01613 } },
      press(3091, 'DASH.mirrors.unfold', 32), press(3109, 'DASH.lights.head', 174), press(3265, 'DASH.windowFL.up', 641),
      press(3874, 'FR.window.up', 187),
    ],
  },
  'the driver leaves an indicator on, and the hub of its lamp is gone': {
    seed: 737886091, for_ms: 72_833,
    events: [
      press(13_019, 'DASH.lights.right', 29),
      { at_ms: 13_489, kind: 'copper', for_ms: 22, with: { fault: 'short', cable: 'drop.RL', hub: 'HOOD', resistance_Ohm: 0.03626 } },
      { at_ms: 21_000, kind: 'ignition', for_ms: 59_998, with: { position: 'off' } },
    ],
  },
  'a learning run meets something soft near the top': {
    seed: 2113574107, for_ms: 24_000,
    events: [
      { at_ms: 8261, kind: 'tool', for_ms: 0, with: { message: 'WindowCommand', location: 'FR', sequence: 5, action: 6, source: 249 } },
      { at_ms: 8865, kind: 'obstacle', for_ms: 12_135, with: { window: 'FR.window', opening_mm: 22, stiffness_N_mm: 5 } },
    ],
  },
  'a hub is the only one with power, and its frames grow old in the controller': {
    seed: 325098614, for_ms: 19_500,
    events: [{
      at_ms: 13_884, kind: 'copper', for_ms: 4623, with: { fault: 'cut', cable: 'spine.DASH', hub: 'FL', resistance_Ohm: 0.03271 },
    }],
  },
  'a held command does not reach a window that opens by itself': {
    seed: 3896909733, for_ms: 11_092,
    events: [
      press(9320, 'DASH.windowRL.down', 30), { at_ms: 9556, kind: 'cut', for_ms: 860, with: { cable: 'spine.FR' } },
      press(9966, 'DASH.windowRL.down', 2094),
    ],
  },
  'an error-passive hub waits for the end of its flag while another one sends': {
    seed: 231845094, for_ms: 14_873,
    events: [
      { at_ms: 9304, kind: 'cut', for_ms: 100, with: { cable: 'drop.DASH' } }, press(14_056, 'RR.window.down', 15),
      { at_ms: 14_862, kind: 'bit', for_ms: 0, with: { field: 'endOfFrame', bit: 5, at: '(transmitter)', times: 16 } },
    ],
  },
  'a closing that presses on a hand has to stop, as its hub cannot hear that the ignition is on': {
    seed: 3538408855, for_ms: 12_220,
    events: [
      press(3112, 'DASH.windowRR.down', 1849), { at_ms: 4278, kind: 'supply', for_ms: 167, with: { hub: 'ALL', supply_V: 14.5 } },
      { at_ms: 5452, kind: 'obstacle', for_ms: 10_485, with: { window: 'RR.window', opening_mm: 46, stiffness_N_mm: 5 } },
      press(5552, 'RR.window.up', 15), { at_ms: 9689, kind: 'pause', for_ms: 0, with: { hub: 'RR', pause_ms: 317 } },
      press(9859, 'DASH.windowRR.up', 33), { at_ms: 10_457, kind: 'nodeNoise', for_ms: 228, with: { hub: 'DASH', rate: 0.02609 } },
    ],
  },
  'a tool runs a window on that a thumb holds, and the thumb\'s hub is cut off': {
    seed: 3016298797, for_ms: 14_842,
    events: [
      press(12_715, 'DASH.windowFL.down', 2485), {
        at_ms: 14_056, kind: 'tool', for_ms: 0,
        with: { message: 'WindowCommand', location: 'FL', source: 249, sequence: 0, action: 4, position_pct: 14.5 },
      },
      { at_ms: 14_194, kind: 'cut', for_ms: 425, with: { cable: 'drop.DASH' } },
    ],
  },
  'the last frame of a hub that babbled ends after the fault': {
    seed: 2500021194, for_ms: 6256, events: [{ at_ms: 6160, kind: 'babble', for_ms: 94, with: { hub: 'STEREO', id: 350882859, bytes: 5 } }],
  },
  'a hub pauses while its eFuse holds the glass on a hand, and trips': {
    seed: 1, for_ms: 18_000,
    events: [
      press(3112, 'RR.window.down', 30),
      { at_ms: 9000, kind: 'obstacle', for_ms: 20_000, with: { window: 'RR.window', opening_mm: 60, stiffness_N_mm: 20 } },
      press(9010, 'RR.window.up', 30), { at_ms: 14_000, kind: 'pause', for_ms: 0, with: { hub: 'RR', pause_ms: 700 } },
    ],
  },
  'a switch is held up while the hub of its window, which has met a hand, loses its power for a moment': {
    seed: 2808639594, for_ms: 20_000,
    events: [
      press(8828, 'DASH.windowFR.down', 2560),
      { at_ms: 11_646, kind: 'obstacle', for_ms: 9354, with: { window: 'FR.window', opening_mm: 157, stiffness_N_mm: 20 } },
      press(12_407, 'DASH.windowFR.up', 6054), { at_ms: 17_004, kind: 'power', for_ms: 4, with: { hub: 'FR' } },
    ],
  },
  'a hub is reset by its watchdog while its glass is held on a hand': {
    seed: 1, for_ms: 18_000,
    events: [
      press(3112, 'RR.window.down', 30),
      { at_ms: 9000, kind: 'obstacle', for_ms: 20_000, with: { window: 'RR.window', opening_mm: 50, stiffness_N_mm: 5 } },
      press(9010, 'RR.window.up', 30), { at_ms: 14_000, kind: 'pause', for_ms: 0, with: { hub: 'RR', pause_ms: 1100 } },
    ],
  },
  'a hold of one switch ends in the very moment in which a tap of another begins a closing of its own': {
    seed: 952988866, for_ms: 21_800,
    events: [
      { at_ms: 12_245, kind: 'slam', for_ms: 0, with: { peak_m_s2: 18, lasts_ms: 34 } },
      press(12_969, 'FL.window.up', 2794), press(14_675, 'DASH.stereo.volumeUp', 6),
      { at_ms: 16_788, kind: 'babble', for_ms: 1388, with: { hub: 'FL', id: 471838160, bytes: 2 } },
      press(17_700, 'RL.window.down', 60), press(17_704, 'DASH.lights.right', 242), press(17_990, 'DASH.windowFR.down', 30),
      press(18_149, 'RR.window.down', 30), { at_ms: 18_284, kind: 'crank', for_ms: 0, with: { level: 'battery' } },
      press(18_386, 'DASH.mirrors.recall', 2614), press(18_758, 'DASH.windowFR.down', 2242), press(19_717, 'DASH.windowRL.down', 1283),
      press(20_043, 'DASH.windowRR.up', 957), { at_ms: 20_336, kind: 'road', for_ms: 664, with: { rms_m_s2: 0.2774 } },
      press(20_820, 'RR.window.up', 180),
    ],
  },
  'the trunk gets its address back after ten seconds, and has lost nobody': {
    seed: 1873787122, for_ms: 26_000,
    events: [press(12_205, 'FR.window.down', 22), { at_ms: 13_016, kind: 'rival', for_ms: 346, with: { hub: 'TRUNK', identity: 982_502 } }],
  },
  'a hub that has no address for ten seconds gives its window its static share, and reports that with its address': {
    seed: 3713076153, for_ms: 23_000,
    events: [
      press(8892, 'DASH.windowRL.down', 18), { at_ms: 10_982, kind: 'rival', for_ms: 19, with: { hub: 'FR', identity: 1_717_285 } },
      press(20_878, 'FR.window.down', 30),
    ],
  },
  'a window that two switches hold up goes on by its own when the hub of the other loses its power': {
    seed: 65525809, for_ms: 17_600,
    events: [
      press(7903, 'FR.window.down', 2559), press(11_198, 'DASH.windowFR.up', 6742), press(12_000, 'FR.window.up', 9000),
      { at_ms: 16_891, kind: 'power', for_ms: 5, with: { hub: 'DASH' } },
    ],
  },
  'a hub that stood still obeys no command that waited in its controller, when little was due meanwhile': {
    seed: 630269960, for_ms: 8300,
    events: [{ at_ms: 7275, kind: 'pause', for_ms: 0, with: { hub: 'RR', pause_ms: 919 } }, press(7296, 'DASH.windowRR.down', 20)],
  },
  'of the events of a held switch one grew too old while its hub was cut off': {
    seed: 2412349404, for_ms: 11_400,
    events: [
      press(3482, 'FR.window.up', 30), { at_ms: 4247, kind: 'cut', for_ms: 6908, with: { cable: 'drop.DASH' } },
      press(9331, 'DASH.windowRR.down', 1730), { at_ms: 10_288, kind: 'pause', for_ms: 0, with: { hub: 'DASH', pause_ms: 1014 } },
    ],
  },
  'a recorded frame is said again in the very bits, and at the very time, of the hub that sends its next one': {
    seed: 3147628638, for_ms: 4200, events: [{ at_ms: 4098, kind: 'replay', for_ms: 0, with: { back: 63, times: 2 } }],
  },
  'two windows move behind a contact that has grown bad at the battery': {
    seed: 836492067, for_ms: 5270,
    events: [
      press(3154, 'DASH.windowRR.down', 16),
      { at_ms: 3344, kind: 'tool', for_ms: 0, with: { message: 'WindowCommand', location: 'RL', source: 249, sequence: 13, action: 6 } },
      { at_ms: 4704, kind: 'copper', for_ms: 638, with: { fault: 'corrosion', cable: 'spine.HOOD', hub: 'RL', resistance_Ohm: 0.3698 } },
    ],
  },
  'two windows begin to move behind a bad contact at the battery': {
    seed: 405709396, for_ms: 8974,
    events: [
      { at_ms: 7219, kind: 'copper', for_ms: 2334, with: { fault: 'corrosion', cable: 'spine.HOOD', hub: 'RL', resistance_Ohm: 0.2538 } },
      press(7990, 'DASH.windowFL.down', 1082), press(8365, 'DASH.windowRL.down', 737),
    ],
  },
  'a window goes on by a tap of its own switch when the hub of the held one, which began before, is reset': {
    seed: 1568522208, for_ms: 18_400,
    events: [
      press(6786, 'DASH.windowFR.down', 3), press(6843, 'DASH.windowFL.down', 30), press(12_113, 'DASH.windowFL.up', 6217),
      press(12_530, 'FL.window.up', 30), { at_ms: 17_557, kind: 'rival', for_ms: 3, with: { hub: 'DASH', identity: 212_667 } },
    ],
  },
  'a window goes on by a tap of its own switch when the bus is jammed for the hub of the held one, which began before': {
    seed: 1592495111, for_ms: 17_600,
    events: [
      press(8746, 'DASH.windowFR.down', 2201), press(12_029, 'DASH.windowFR.up', 8971), press(12_507, 'FR.window.up', 120),
      { at_ms: 16_762, kind: 'babble', for_ms: 611, with: { hub: 'TRUNK', id: 158_926_011, bytes: 3 } },
    ],
  },
  'a window that backed off and was stopped before it closed does not know after a reset where it was': {
    seed: 2947186899, for_ms: 15_321,
    events: [
      {
        at_ms: 5266, kind: 'tool', for_ms: 0,
        with: { message: 'WindowCommand', location: 'FL', sequence: 4, action: 1, position_pct: 95, source: 249 },
      },
      { at_ms: 6390, kind: 'copper', for_ms: 4, with: { fault: 'cut', cable: 'spine.FL', hub: 'FL', resistance_Ohm: 0.1147 } },
      press(12_326, 'DASH.windowFL.up', 1534),
      { at_ms: 12_793, kind: 'obstacle', for_ms: 4103, with: { window: 'FL.window', opening_mm: 11, stiffness_N_mm: 65 } },
    ],
  },
  'a window stays on a hand that it had just met when the thumb let go of its switch': {
    seed: 27026751, for_ms: 17_712,
    events: [
      {
        at_ms: 0, kind: 'piece', for_ms: 0,
        with: {
          window: 'FL.window', age: 0, torque: 0.9625, winding: 0.9258, worm: 0.8759, cable: 1.003, inertia: 2.367, currentGain: 0.9935,
          currentOffset_A: 0.06302, currentNoise_A: 0.001092, commutation: 0.01518, voltageGain: 0.9949, accelerationGain: 0.9986,
          accelerationOffset_m_s2: -0.3182, temperatureError_K: -2.825, eFuse: 1.026,
        },
      },
      press(4137, 'DASH.windowFL.down', 120), { at_ms: 6727, kind: 'slam', for_ms: 0, with: { peak_m_s2: 11, lasts_ms: 36 } },
      { at_ms: 6751, kind: 'seals', for_ms: 9592, with: { window: 'FL.window', drag_pct: 103 } },
      { at_ms: 7211, kind: 'supply', for_ms: 5434, with: { hub: 'ALL', supply_V: 10.7 } }, press(8001, 'DASH.windowFL.down', 1917),
      { at_ms: 10_090, kind: 'obstacle', for_ms: 10_910, with: { window: 'FL.window', opening_mm: 60, stiffness_N_mm: 20 } },
      press(10_207, 'FL.window.up', 120), press(10_860, 'DASH.windowFL.up', 5263),
      { at_ms: 14_812, kind: 'speed', for_ms: 773, with: { speed_kmh: 8.959 } },
    ],
  },
  'a hub without power for 3.4 s claims its address, loses it to another, and is lost though it claimed': {
    seed: 1528069810, for_ms: 13_000,
    events: [
      { at_ms: 5960, kind: 'power', for_ms: 3341, with: { hub: 'RL' } },
      { at_ms: 9096, kind: 'rival', for_ms: 306, with: { hub: 'RL', identity: 642_139 } },
    ],
  },
  'a grant that its manager, which hears noise, holds to be broken is taken by who heard it': {
    seed: 2368364260, for_ms: 16_374,
    events: [
      { at_ms: 2408, kind: 'liar', for_ms: 1486, with: { component: 'RR.window', factor: 0.2 } }, press(3636, 'RR.window.down', 30),
      { at_ms: 9555, kind: 'reset', for_ms: 0, with: { hub: 'FL', cause: 'external' } },
      { at_ms: 13_095, kind: 'road', for_ms: 3952, with: { rms_m_s2: 0.6194 } },
      { at_ms: 14_867, kind: 'nodeNoise', for_ms: 1566, with: { hub: 'DASH', rate: 0.01036 } }, press(16_356, 'FR.window.down', 15),
    ],
  },
  'a hot window with a heavy rotor runs down for 0.4 s when its hub is reset': {
    seed: 83360819, for_ms: 17_500,
    events: [
      {
        at_ms: 0, kind: 'piece', for_ms: 0,
        with: {
          window: 'FL.window', age: 0, torque: 0.9416, winding: 0.9973, worm: 0.9186, cable: 1.155, inertia: 2.029, currentGain: 1.017,
          currentOffset_A: -0.01933, currentNoise_A: 0.1023, commutation: 0, voltageGain: 0.992, accelerationGain: 1.024,
          accelerationOffset_m_s2: -0.2823, temperatureError_K: 0.2604, eFuse: 0.9164,
        },
      },
      {
        at_ms: 0, kind: 'piece', for_ms: 0,
        with: {
          window: 'FR.window', age: 0, torque: 1.013, winding: 0.9753, worm: 0.9498, cable: 1.093, inertia: 2.236, currentGain: 0.9695,
          currentOffset_A: -0.09611, currentNoise_A: 0.08958, commutation: 0, voltageGain: 1.001, accelerationGain: 0.9526,
          accelerationOffset_m_s2: 0.04149, temperatureError_K: 1.308, eFuse: 1.056,
        },
      },
      {
        at_ms: 3076, kind: 'tool', for_ms: 0,
        with: { message: 'WindowCommand', location: 'FL', sequence: 11, action: 4, position_pct: 31.5, source: 250 },
      },
      { at_ms: 11_419, kind: 'weather', for_ms: 9581, with: { temperature_C: 75 } }, press(11_769, 'DASH.windowFL.up', 120),
      { at_ms: 13_246, kind: 'obstacle', for_ms: 3579, with: { window: 'FL.window', opening_mm: 111, stiffness_N_mm: 5 } },
      { at_ms: 17_021, kind: 'reset', for_ms: 0, with: { hub: 'FL', cause: 'external' } },
    ],
  },
  'a mirror that was let go before its power came keeps nobody awake': {
    seed: 161976990, for_ms: 70_000,
    events: [
      { at_ms: 9728, kind: 'power', for_ms: 5092, with: { hub: 'DASH' } }, press(15_942, 'DASH.mirrorFR.left', 15),
      { at_ms: 21_000, kind: 'ignition', for_ms: 49_000, with: { position: 'off' } },
    ],
  },
  'a rod that is put in while the glass backs off is told before friction is found': {
    seed: 2133269006, for_ms: 6900,
    events: [
      press(5313, 'DASH.windowFL.down', 120), press(5385, 'DASH.windowFL.up', 15),
      { at_ms: 5794, kind: 'obstacle', for_ms: 1000, with: { window: 'FL.window', opening_mm: 19, stiffness_N_mm: 65 } },
    ],
  },
  'a hub is reset by a lifted ground, and hears a hold again once it is mended': {
    seed: 572978401, for_ms: 17_500,
    events: [
      press(7294, 'DASH.windowFR.down', 15), press(7299, 'DASH.windowRR.down', 15),
      { at_ms: 9925, kind: 'weather', for_ms: 11_075, with: { temperature_C: 65 } },
      press(12_439, 'DASH.windowRL.up', 3), press(12_811, 'DASH.windowRR.up', 4094), press(12_905, 'DASH.windowFR.up', 30),
      { at_ms: 14_833, kind: 'ground', for_ms: 418, with: { fault: 'corrosion', cable: 'spine.FL', resistance_Ohm: 1.36 } },
    ],
  },
  'a contact is mended while the fuse beside it is still blown': {
    seed: 3887237283, for_ms: 19_108,
    events: [
      { at_ms: 9937, kind: 'copper', for_ms: 5261, with: { fault: 'short', cable: 'drop.HOOD', hub: 'RL', resistance_Ohm: 0.2941 } },
      { at_ms: 12_942, kind: 'ground', for_ms: 148, with: { fault: 'corrosion', cable: 'drop.RL', resistance_Ohm: 3.189 } },
    ],
  },
  'a hub behind a blown fuse is fed from elsewhere for long enough to claim its address, and not to say how it is': {
    seed: 1014676367, for_ms: 22_973,
    events: [
      { at_ms: 5703, kind: 'copper', for_ms: 49, with: { fault: 'short', cable: 'spine.STEREO', hub: 'STEREO', resistance_Ohm: 0.07102 } },
      { at_ms: 20_597, kind: 'supply', for_ms: 201, with: { hub: 'ALL', supply_V: 10.7 } },
    ],
  },
  'a manager that took over hears a recorded frame of the one before, makes way, and takes over again at 8 V': {
    seed: 1479947887, for_ms: 8912,
    events: [
      { at_ms: 7512, kind: 'rival', for_ms: 15, with: { hub: 'DASH', identity: 1_699_064 } },
      { at_ms: 7641, kind: 'supply', for_ms: 1733, with: { hub: 'ALL', supply_V: 8 } },
      { at_ms: 8516, kind: 'replay', for_ms: 0, with: { back: 50, times: 1 } },
    ],
  },
  'a status with the echo of a hold waits for 1.9 s behind frames of a hub that babbles, while the window opens by a later command': {
    seed: 599144136, for_ms: 7942,
    events: [
      press(5979, 'DASH.windowRL.down', 47), { at_ms: 6004, kind: 'babble', for_ms: 1934, with: { hub: 'DASH', id: 175663284, bytes: 7 } },
      press(6925, 'FL.latch.release', 15),
    ],
  },
}

describe('found by random runs', () => {
  it.each(Object.keys(FOUND))('%s', (name) => {
    expect(runScript(FOUND[name]!).verdicts.map(describeVerdict)).toEqual([])
  })

  it('a hub that boots executes no command before it can echo it: its sender reports it as lost', () => {
    const decoder = new FrameDecoder()
    let lost = false
    let echoed = false
    const events: FuzzEvent[] = [{ at_ms: 2000, kind: 'power', for_ms: 500, with: { hub: 'RL' } }, press(2226, 'DASH.windowRL.down', 81)]
    runScript({ seed: 1, for_ms: 5000, events }, {
      frame: ({ frame }) => {
        const decoded = decoder.decode(frame)
        if (decoded?.name === 'WindowStatus' && decoded.location === 'RL') echoed ||= decoded.values['echoSender'] === LOCATION.DASH
        if (decoded?.name === 'PortStatus' && decoded.location === 'DASH') lost ||= decoded.values['fault'] === PORT_FAULT.commandLost
      },
    })
    expect({ lost, echoed }).toEqual({ lost: true, echoed: false })
  })
})
