import {
  DIRECTION, type Direction, LATCH_ACTION, type LatchAction, LatchCommandEncoder, type LatchCommandValues, LIGHT_ACTION,
  LightCommandEncoder, type LightCommandValues, LightStatusDecoder, LOCATION, MIRROR_ACTION, type MirrorAction, MirrorCommandEncoder,
  type MirrorCommandValues, MirrorStatusDecoder, STEREO_ACTION, STEREO_SOURCE, type StereoAction, StereoCommandEncoder,
  type StereoCommandValues, type StereoSource, StereoStatusDecoder, type StereoStatusValues, SWITCH, type Switch, WINDOW_ACTION,
  WindowCommandEncoder, type WindowCommandValues,
} from '#protocol/index.ts'
import { type Known, knownFrom, NO_CHANNEL, OWN, type SwitchAction } from '../hub/index.ts'

/** What each switch does, by hub: one row a switch function. */

const MIRRORS = [LOCATION.FL, LOCATION.FR]
const LOCKS = [LOCATION.FL, LOCATION.FR, LOCATION.RL, LOCATION.RR, LOCATION.TRUNK]
const FULL_pct = 100
const VOLUME_MAX = 30
/** Half a period of the indicators: 85 flashes a minute, within the 60–120 of UN R48. */
const BLINK_ms = 350
const INTERIOR_FADE_ms = 500
/** Channels of the sedan's lamps. */
const LOW_BEAMS = [0, 1]
const TAIL_LIGHTS = [0, 1]
const INTERIOR = [0]
const LEFT_INDICATOR = [2]
const RIGHT_INDICATOR = [3]

/** A tap runs the window all the way, a hold moves it until the release. */
function windowSwitch(code: Switch, target: number, up: boolean): SwitchAction<WindowCommandValues> {
  return {
    code: code, codec: WindowCommandEncoder, targets: [target],
    press: { action: up ? WINDOW_ACTION.up : WINDOW_ACTION.down },
    tap: { action: up ? WINDOW_ACTION.autoUp : WINDOW_ACTION.autoDown },
    release: { action: WINDOW_ACTION.stop }, insists: !up,
  }
}

function tiltSwitch(code: Switch, target: number, directionX: Direction, directionY: Direction): SwitchAction<MirrorCommandValues> {
  return {
    code: code, codec: MirrorCommandEncoder, targets: [target],
    press: { action: MIRROR_ACTION.tilt, directionX: directionX, directionY: directionY },
    release: { action: MIRROR_ACTION.stop, directionX: DIRECTION.none, directionY: DIRECTION.none },
  }
}

function mirrorsSwitch(code: Switch, action: MirrorAction): SwitchAction<MirrorCommandValues> {
  return { code: code, codec: MirrorCommandEncoder, targets: MIRRORS, press: { action: action } }
}

function latchSwitch(code: Switch, targets: number[], action: LatchAction): SwitchAction<LatchCommandValues> {
  return { code: code, codec: LatchCommandEncoder, targets: targets, press: { action: action } }
}

/** Switches lamp channels on and off by what the first of them shows. */
function lightSwitch(code: Switch, target: number, channels: number[], fade_ms: number): SwitchAction<LightCommandValues> {
  return {
    code: code, codec: LightCommandEncoder, targets: [target], channels: channels,
    press: { action: LIGHT_ACTION.set, fade_ms: fade_ms },
    known: knownFrom(LightStatusDecoder, target, channels[0]!, 'level_pct',
      (values, level_pct) => values.level_pct = level_pct > 0 ? 0 : FULL_pct),
  }
}

function indicatorSwitch(code: Switch, channels: number[]): SwitchAction<LightCommandValues> {
  return {
    code: code, codec: LightCommandEncoder, targets: [LOCATION.HOOD], channels: channels, blink_ms: BLINK_ms,
    press: { action: LIGHT_ACTION.set, level_pct: FULL_pct, fade_ms: 0 },
  }
}

function stereoSwitch(
  code: Switch, action: StereoAction, known: Known<StereoCommandValues> | undefined,
): SwitchAction<StereoCommandValues> {
  const press = { action: action }
  return known === undefined
    ? { code: code, codec: StereoCommandEncoder, targets: [LOCATION.STEREO], press: press }
    : { code: code, codec: StereoCommandEncoder, targets: [LOCATION.STEREO], press: press, known: known }
}

function stereoKnown(field: keyof StereoStatusValues, adapt: Known<StereoCommandValues>['adapt']): Known<StereoCommandValues> {
  return knownFrom(StereoStatusDecoder, LOCATION.STEREO, NO_CHANNEL, field, adapt)
}

/** One step of the volume from the last known; from silence when nothing is known. */
function volumeStep(step: number): Known<StereoCommandValues> {
  return stereoKnown('volume', (values, volume) =>
    values.volume = Math.max(0, Math.min(VOLUME_MAX, (volume >= 0 ? volume : 0) + step)))
}

function muting(): Known<StereoCommandValues> {
  return stereoKnown('muted', (values, muted) => {
    values.action = muted > 0 ? STEREO_ACTION.unmute : STEREO_ACTION.mute
    return muted > 0 ? 0 : 1
  })
}

function nextSource(): Known<StereoCommandValues> {
  return stereoKnown('source', (values, source) =>
    values.source = source >= 0 && source < STEREO_SOURCE.bluetooth ? (source + 1) as StereoSource : STEREO_SOURCE.off)
}

function heatSwitch(code: Switch): SwitchAction<MirrorCommandValues> {
  return {
    code: code, codec: MirrorCommandEncoder, targets: MIRRORS, press: { action: MIRROR_ACTION.heatOn },
    known: knownFrom(MirrorStatusDecoder, LOCATION.FL, NO_CHANNEL, 'heat', (values, heat) => {
      values.action = heat > 0 ? MIRROR_ACTION.heatOff : MIRROR_ACTION.heatOn
      return heat > 0 ? 0 : 1
    }),
  }
}

/** The driver's pack. */
export const DASH_ACTIONS: readonly SwitchAction[] = [
  windowSwitch(SWITCH['windowFL.up'], LOCATION.FL, true),
  windowSwitch(SWITCH['windowFL.down'], LOCATION.FL, false),
  windowSwitch(SWITCH['windowFR.up'], LOCATION.FR, true),
  windowSwitch(SWITCH['windowFR.down'], LOCATION.FR, false),
  windowSwitch(SWITCH['windowRL.up'], LOCATION.RL, true),
  windowSwitch(SWITCH['windowRL.down'], LOCATION.RL, false),
  windowSwitch(SWITCH['windowRR.up'], LOCATION.RR, true),
  windowSwitch(SWITCH['windowRR.down'], LOCATION.RR, false),
  tiltSwitch(SWITCH['mirrorFL.left'], LOCATION.FL, DIRECTION.negative, DIRECTION.none),
  tiltSwitch(SWITCH['mirrorFL.right'], LOCATION.FL, DIRECTION.positive, DIRECTION.none),
  tiltSwitch(SWITCH['mirrorFL.up'], LOCATION.FL, DIRECTION.none, DIRECTION.positive),
  tiltSwitch(SWITCH['mirrorFL.down'], LOCATION.FL, DIRECTION.none, DIRECTION.negative),
  tiltSwitch(SWITCH['mirrorFR.left'], LOCATION.FR, DIRECTION.negative, DIRECTION.none),
  tiltSwitch(SWITCH['mirrorFR.right'], LOCATION.FR, DIRECTION.positive, DIRECTION.none),
  tiltSwitch(SWITCH['mirrorFR.up'], LOCATION.FR, DIRECTION.none, DIRECTION.positive),
  tiltSwitch(SWITCH['mirrorFR.down'], LOCATION.FR, DIRECTION.none, DIRECTION.negative),
  mirrorsSwitch(SWITCH['mirrors.fold'], MIRROR_ACTION.fold),
  mirrorsSwitch(SWITCH['mirrors.unfold'], MIRROR_ACTION.unfold),
  mirrorsSwitch(SWITCH['mirrors.recall'], MIRROR_ACTION.recall),
  mirrorsSwitch(SWITCH['mirrors.store'], MIRROR_ACTION.store),
  heatSwitch(SWITCH['mirrors.heat']),
  latchSwitch(SWITCH['doors.lock'], LOCKS, LATCH_ACTION.lock),
  latchSwitch(SWITCH['doors.unlock'], LOCKS, LATCH_ACTION.unlock),
  latchSwitch(SWITCH['trunk.release'], [LOCATION.TRUNK], LATCH_ACTION.release),
  latchSwitch(SWITCH['hood.release'], [LOCATION.HOOD], LATCH_ACTION.release),
  lightSwitch(SWITCH['lights.head'], LOCATION.HOOD, LOW_BEAMS, 0),
  lightSwitch(SWITCH['lights.tail'], LOCATION.TRUNK, TAIL_LIGHTS, 0),
  lightSwitch(SWITCH['lights.interior'], LOCATION.DASH, INTERIOR, INTERIOR_FADE_ms),
  indicatorSwitch(SWITCH['lights.left'], LEFT_INDICATOR),
  indicatorSwitch(SWITCH['lights.right'], RIGHT_INDICATOR),
  stereoSwitch(SWITCH['stereo.volumeUp'], STEREO_ACTION.volume, volumeStep(1)),
  stereoSwitch(SWITCH['stereo.volumeDown'], STEREO_ACTION.volume, volumeStep(-1)),
  stereoSwitch(SWITCH['stereo.mute'], STEREO_ACTION.mute, muting()),
  stereoSwitch(SWITCH['stereo.source'], STEREO_ACTION.source, nextSource()),
  stereoSwitch(SWITCH['stereo.seekUp'], STEREO_ACTION.seekUp, undefined),
  stereoSwitch(SWITCH['stereo.seekDown'], STEREO_ACTION.seekDown, undefined),
]

/** A door's own pack. */
export const DOOR_ACTIONS: readonly SwitchAction[] = [
  windowSwitch(SWITCH['window.up'], OWN, true),
  windowSwitch(SWITCH['window.down'], OWN, false),
  latchSwitch(SWITCH['latch.release'], [OWN], LATCH_ACTION.release),
]

/** The pack at the trunk's lid. */
export const TRUNK_ACTIONS: readonly SwitchAction[] = [
  latchSwitch(SWITCH['latch.release'], [OWN], LATCH_ACTION.release),
  latchSwitch(SWITCH['latch.close'], [OWN], LATCH_ACTION.cinch),
]
