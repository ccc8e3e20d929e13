import {
  CAN_STATE, GRANT_RESULT, HUB_STATE, hubAddress, LOCATION, MANAGER_STATE, PORT_FAULT, PORT_STATE, SLEEP_PHASE, WINDOW_STATE,
} from '#protocol/index.ts'
import type { DecodedFrame, NamedValues } from '#protocol/messages/index.ts'
import type { EventOf, Topic } from '../trace/index.ts'

/** A state that runs are to reach: a campaign that never sees a takeover says nothing about takeovers. */
export interface Landmark {
  readonly name: string
  readonly summary: string
}

/** Reached when a hub says so in a message. */
export interface SpokenLandmark extends Landmark {
  readonly message: string
  readonly when: (values: NamedValues, decoded: DecodedFrame) => boolean
}

/** Reached when the trace says so. */
export interface TracedLandmark<T extends Topic = Topic> extends Landmark {
  readonly topic: T
  when(event: EventOf<T>): boolean
}

/** Lets `when` have the events of its topic. */
function traced<T extends Topic>(topic: T, when: (event: EventOf<T>) => boolean): Pick<TracedLandmark<T>, 'topic' | 'when'> {
  return { topic, when }
}

const window = (state: number) => (values: NamedValues): boolean => values['state'] === state
const grant = (result: number) => (values: NamedValues): boolean => values['result'] === result
const fault = (code: number) => (values: NamedValues): boolean => values['fault'] === code
const shed = (level: number) => (values: NamedValues): boolean => values['shedLevel']! >= level
const sleep = (phase: number) => (values: NamedValues): boolean => values['phase'] === phase
/** Of a hand, N: more than the brush of a seal. */
const TOUCH_N = 10
const TRUNK = hubAddress(LOCATION.TRUNK)

export const SPOKEN: readonly SpokenLandmark[] = [
  { name: 'closing', summary: 'a window closes', message: 'WindowStatus', when: window(WINDOW_STATE.closing) },
  {
    name: 'pinchReversal', summary: 'a window reverses from what is in its way', message: 'WindowStatus',
    when: values => values['state'] === WINDOW_STATE.reversing && values['pinch'] === 1,
  },
  { name: 'windowWaits', summary: 'a window waits for current', message: 'WindowStatus', when: window(WINDOW_STATE.waiting) },
  { name: 'windowLearns', summary: 'a window makes its learning run', message: 'WindowStatus', when: window(WINDOW_STATE.learning) },
  { name: 'windowUnlearned', summary: 'a window does not know where it is', message: 'WindowStatus', when: window(WINDOW_STATE.unlearned) },
  { name: 'granted', summary: 'a lease is granted', message: 'PowerGrant', when: grant(GRANT_RESULT.granted) },
  { name: 'deferred', summary: 'a request has to wait', message: 'PowerGrant', when: grant(GRANT_RESULT.deferred) },
  { name: 'refused', summary: 'a request is refused', message: 'PowerGrant', when: grant(GRANT_RESULT.refused) },
  { name: 'revoked', summary: 'a lease is revoked', message: 'PowerGrant', when: grant(GRANT_RESULT.revoked) },
  { name: 'shed1', summary: 'idle comfort is shed', message: 'VehicleState', when: shed(1) },
  { name: 'shed2', summary: 'comfort in use is shed', message: 'VehicleState', when: shed(2) },
  { name: 'shed3', summary: 'access is shed', message: 'VehicleState', when: shed(3) },
  {
    name: 'takeover', summary: 'the standby manager takes over', message: 'VehicleState',
    when: (values, { source }) => source === TRUNK && values['manager'] !== MANAGER_STATE.none,
  },
  {
    name: 'rebuilding', summary: 'a manager learns what was granted', message: 'VehicleState',
    when: values => values['manager'] === MANAGER_STATE.rebuilding,
  },
  {
    name: 'staticShares', summary: 'a manager that misses most hubs keeps to static shares', message: 'VehicleState',
    when: values => values['manager'] === MANAGER_STATE.staticShares,
  },
  { name: 'tripped', summary: 'an eFuse latches off', message: 'PortStatus', when: values => values['state'] === PORT_STATE.tripped },
  { name: 'limiting', summary: 'an eFuse limits', message: 'PortStatus', when: values => values['state'] === PORT_STATE.limiting },
  { name: 'overDescriptor', summary: 'a component draws more than it says', message: 'PortStatus', when: fault(PORT_FAULT.overDescriptor) },
  { name: 'badDescriptor', summary: 'a descriptor is rejected', message: 'PortStatus', when: fault(PORT_FAULT.badDescriptor) },
  { name: 'noGrant', summary: 'a port reports that its wish is refused', message: 'PortStatus', when: fault(PORT_FAULT.noGrant) },
  { name: 'commandLost', summary: 'a lost command is reported', message: 'PortStatus', when: fault(PORT_FAULT.commandLost) },
  { name: 'sleepProposed', summary: 'the manager proposes to sleep', message: 'NetworkSleep', when: sleep(SLEEP_PHASE.proposed) },
  { name: 'sleepVetoed', summary: 'a hub vetoes', message: 'NetworkSleep', when: sleep(SLEEP_PHASE.vetoed) },
  { name: 'asleep', summary: 'a hub falls asleep', message: 'HubStatus', when: values => values['state'] === HUB_STATE.sleeping },
  { name: 'waking', summary: 'a hub wakes the network', message: 'NetworkSleep', when: sleep(SLEEP_PHASE.waking) },
  {
    name: 'errorPassive', summary: 'a hub is error-passive', message: 'HubStatus', when: values => values['canState'] === CAN_STATE.errorPassive,
  },
]

export const TRACED: readonly TracedLandmark[] = [
  { name: 'brownOut', summary: 'a hub browns out', ...traced('reset', ({ cause }) => cause === 'brownOut') },
  { name: 'contact', summary: 'the glass touches what is in its way', ...traced('signal:peakContactForce_N', ({ value }) => value > TOUCH_N) },
]

/** What takes more than one message to see; `coverage.ts` knows how. */
export const WATCHED = {
  busOff: { name: 'busOff', summary: 'a hub is bus-off' },
  orphan: { name: 'orphan', summary: 'a port keeps current though no manager is heard' },
  recovered: { name: 'recovered', summary: 'everything that was shed is back' },
  handedBack: { name: 'handedBack', summary: 'the first manager is back after a takeover' },
  twoManagers: { name: 'twoManagers', summary: 'two managers at once: the bus is cut' },
  resigned: { name: 'resigned', summary: 'a hub loses its address' },
  impostor: { name: 'impostor', summary: 'a tool speaks in the name of a hub' },
  foreignGrant: { name: 'foreignGrant', summary: 'somebody who is no manager grants power' },
} satisfies Record<string, Landmark>

/** Every state that a campaign counts its runs for. */
export const LANDMARKS: readonly Landmark[] = [...SPOKEN, ...TRACED, ...Object.values(WATCHED)]
