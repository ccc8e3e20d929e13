import {
  CLASSIC_DATA_BYTES, createFrame, type HubName, type HubTypeName, KEY_BYTES, KEY_ROLES, kindOf, messageId, pageOf, PF_BROADCAST,
  pduFormatOf, VehicleStateCodec,
} from '#protocol/index.ts'
import { attachNode, type Car, createCar, type TopologyData } from '../car/index.ts'
import { HUB_PORT, HUB_RECORD, NO_CLASS, saveRecord } from '#firmware/runtime/index.ts'
import { type CallbackKey, KEYED, watched } from '../host/index.ts'
import { drive, DRIVE, type Step } from './drive.ts'
import { type MeteredCallback, XsHub } from './xs/index.ts'

/** Where the hub type that is metered sits, and as what it is driven. */
const METERED_AT: Readonly<Record<HubTypeName, HubName>> = { door: 'FL', dash: 'DASH', trunk: 'TRUNK', hood: 'HOOD', stereo: 'STEREO' }

/**
 * What a hub's JavaScript costs, in bytecodes of XS, whole callbacks, without what the board does in the Hal; `heap` in slots.
 * A median where there are many, so that a single one that does more does not hide what is usual; NaN: it has none of these.
 */
interface Costs {
  /** `createHub`. */
  readonly boot: number
  /** All callbacks of a second in which nothing happens, with the ignition on. */
  readonly idleSecond: number
  /** A VehicleState received; sent, for the hub that sends it. */
  readonly frameWanted: number
  /** A frame that the filters let in and nobody wants. */
  readonly frameUnwanted: number
  /** The window's tick. */
  readonly tickOpening: number
  readonly tickClosing: number
  /** A command received or a switch pressed: the dearest. */
  readonly command: number
  /** The longest callback after `createHub`. */
  readonly longest: number
  /** After it has booted and bound its components, beyond the empty engine. */
  readonly heap: number
}

const SEED = 3
const FIRST_CLASS_KIND = 8
/** A FreshnessRequest to all, which any hub may say and in a car without keys nobody wants. */
const UNWANTED_ID = messageId(7, 1, 6, 0, 0x87)
const UNWANTED_FRAMES = 9

const STEPS: readonly Step[] = [...DRIVE, { name: 'unwanted', for_ms: 1000 }]

interface Noted extends MeteredCallback { readonly step: string }

interface Metered {
  readonly costs: Costs
  /** The mean of all callbacks that are alike, as the simulator's hubs pay for theirs. */
  readonly callbacks: Readonly<Record<CallbackKey, number>>
}

/**
 * Runs the artefact of a hub type in XS as a hub of a car, and reads the meter; then once more in a car with keys, whose callbacks are
 * `keyed …`. @throws Error where the engine is missing.
 */
export function meter(hub: HubTypeName, board: string, artefact: string, topology?: TopologyData): Metered {
  const open = meterOne(hub, board, artefact, topology, false)
  const keyed = Object.entries(meterOne(hub, board, artefact, topology, true).callbacks).map(([key, compute]) => [KEYED + key, compute])
  return { costs: open.costs, callbacks: { ...open.callbacks, ...Object.fromEntries(keyed) as Record<CallbackKey, number> } }
}

function meterOne(hub: HubTypeName, board: string, artefact: string, topology: TopologyData | undefined, keyed: boolean): Metered {
  const engine = new XsHub(board, artefact)
  try {
    const noted: Noted[] = []
    const sums = new Map<CallbackKey, { compute: number, count: number }>()
    let step = ''
    engine.onCallback = callback => noted.push({ ...callback, step })
    const image = watched(engine.image, (key) => {
      const sum = sums.get(key) ?? { compute: 0, count: 0 }
      sums.set(key, { compute: sum.compute + noted.at(-1)!.compute, count: sum.count + 1 })
    })
    const car = createCar({
      seed: SEED, ...(topology !== undefined && { topology }),
      image: plan => plan.location === METERED_AT[hub] ? image : undefined,
    })
    if (keyed) {
      for (const { nvm } of car.hubs.values()) saveRecord(nvm, HUB_PORT, NO_CLASS, HUB_RECORD.keys, new Uint8Array(KEY_ROLES * KEY_BYTES))
    }
    const tool = strangerOf(car)
    drive(car, STEPS, (next) => {
      step = next.name
      if (step === 'unwanted') tool()
    })
    const means = [...sums].map(([key, { compute, count }]): [CallbackKey, number] => [key, Math.round(compute / count)])
    return { costs: costsOf(noted, engine.emptySlots), callbacks: Object.fromEntries(means.sort(([one], [other]) => one < other ? -1 : 1)) }
  } finally {
    engine.end()
  }
}

/** A node that says something nobody wants, now and then. */
function strangerOf(car: Car): () => void {
  const port = attachNode(car, { name: 'stranger' })
  const frame = { ...createFrame(CLASSIC_DATA_BYTES), id: UNWANTED_ID, length: CLASSIC_DATA_BYTES }
  return () => {
    port.setOnline(true)
    for (let i = 0; i < UNWANTED_FRAMES; i++) car.kernel.after(i * 50_000_000, 'stranger', () => port.send(frame))
  }
}

function costsOf(noted: readonly Noted[], emptySlots: number): Costs {
  const [boot, ...later] = noted
  const of = (matches: (callback: Noted) => boolean): number[] => later.filter(matches).map(({ compute }) => compute)
  // Feeds take means, too; only a tick looks at the plug's.
  const ticks = (step: string): number[] =>
    of(one => one.kind === 'timer' && one.requests.includes('takeMeans') && one.requests.includes('meanPlug_V') && one.step.startsWith(step))
  const idleStep = STEPS.find(({ name }) => name === 'idle')!
  const idle = of(({ step }) => step === idleStep.name).reduce((sum, compute) => sum + compute, 0)
  return {
    boot: boot!.compute,
    idleSecond: Math.round(idle / (idleStep.for_ms / 1000)),
    frameWanted: median(of(({ kind, id }) => kind === 'receive' && isVehicleState(id))),
    frameUnwanted: median(of(({ kind, id }) => kind === 'receive' && id === UNWANTED_ID)),
    tickOpening: median(ticks('DASH.windowFL.down pressed')),
    tickClosing: median(ticks('DASH.windowFL.up pressed')),
    command: most(of(({ kind, id }) => kind === 'receive' && isCommand(id))),
    longest: most(of(() => true)),
    heap: later.findLast(({ step }) => step === 'boot')!.heapSlots - emptySlots,
  }
}

const isVehicleState = (id: number): boolean =>
  pduFormatOf(id) === PF_BROADCAST && pageOf(id) === VehicleStateCodec.page && kindOf(id) === VehicleStateCodec.kind
const isCommand = (id: number): boolean => pduFormatOf(id) === PF_BROADCAST && pageOf(id) === 1 && kindOf(id) >= FIRST_CLASS_KIND

const most = (values: readonly number[]): number => values.length === 0 ? NaN : Math.max(...values)

function median(values: readonly number[]): number {
  return values.length === 0 ? NaN : [...values].sort((a, b) => a - b)[values.length >> 1]!
}
