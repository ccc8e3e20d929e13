import { BIT_FIELD, type CanFrame, CLASSIC_DATA_BYTES, createFrame } from '#protocol/index.ts'
import type { Kernel, Prng, Timer } from '../kernel/index.ts'
import { BUS_FAULTS, type EventOf, type Producer, type Trace, type Untimed } from '../trace/index.ts'
import { missChance } from './common-mode.ts'
import { checkFrame, type CanController } from './controller.ts'
import type { Babble, BusFaultOptions } from './fault-options.ts'
import { fieldOf, OTHER_FIELD } from './fields.ts'
import type { BusNode, MediumFaults } from './medium.ts'
import { Noise } from './noise.ts'

/** Fields of a frame, and what may follow it. */
export type BitField = keyof typeof BIT_FIELD | keyof typeof OTHER_FIELD

/** A bit to be seen wrong. */
export interface PickedBit {
  field: BitField
  /** Bit within the field, stuff bits not counted; 0 by default. */
  bit?: number
  /** Hit the stuff bit before that bit instead of the bit. */
  stuff?: boolean
  /** Who sees it wrong: a node by name, TRANSMITTER, RECEIVERS (every receiver), or all (the default). */
  at?: string
  /** How often it strikes, in as many frames; 1 by default. */
  times?: number
}

/** No supply of a car lifts a ground further, V. */
const FURTHEST_V = 40

export const TRANSMITTER = '(transmitter)'
export const RECEIVERS = '(receivers)'
const ALL = '(all)'
const MARKS: ReadonlySet<string> = new Set([TRANSMITTER, RECEIVERS, ALL])

interface Pick {
  readonly field: number
  readonly bit: number
  readonly stuff: boolean
  readonly at: string
  times: number
  /** It struck in the bit that ends now; all whom it concerns see it in the same bit. */
  struck: boolean
}

type BusFaultTopic = typeof BUS_FAULTS[number]
type BusFault = Untimed<EventOf<BusFaultTopic>>

/** The bus that has the faults, as they need it: `CanBus`. */
interface FaultyBus {
  readonly kernel: Kernel
  readonly name: string
  readonly index: number
  readonly bit_ns: number
  find(name: string): CanController | undefined
  /** Nodes, cuts or drops changed. */
  regroup(): void
  /** Before a fault changes. Returns the number of the next bit that such a change can reach. */
  disturbAll(): number
}

/** The faults of one bus, changeable at any time. */
export class BusFaults implements MediumFaults {
  /** @internal */
  stuckDominant = false
  /** @internal */
  groundsApart = false
  private readonly bus: FaultyBus
  private readonly events: Producer<BusFaultTopic> | undefined
  private readonly noise: Noise
  private rate = 0
  private readonly nodeRates = new Map<string, number>()
  private readonly nodeNoise = new Map<string, Noise>()
  private readonly lossRates = new Map<string, number>()
  private readonly lossDice: Prng
  private readonly droppedNames = new Set<string>()
  private readonly babbles = new Map<string, Babble>()
  /** Grounds that are not at the battery's pole, V. */
  private readonly grounds = new Map<string, number>()
  private readonly groundDice: Prng
  private cutPositions: readonly number[] = []
  private picks: Pick[] = []
  private readonly noiseTimer: Timer
  /** Earliest wrong bit of all dice. */
  private nextNoise = Infinity

  /** @internal */
  constructor(bus: FaultyBus, trace: Trace | undefined) {
    this.bus = bus
    this.events = trace?.producer(BUS_FAULTS)
    this.events?.greet(listener => this.tellStanding(fault => listener({ t_ns: bus.kernel.now_ns, ...fault })))
    this.noise = new Noise(bus.kernel.prng(`bus.faults.${bus.name}`))
    this.groundDice = bus.kernel.prng(`bus.faults.${bus.name}.ground`)
    this.lossDice = bus.kernel.prng(`bus.faults.${bus.name}.loss`)
    this.noiseTimer = bus.kernel.timer(`${bus.name} bit error`, () => this.bus.disturbAll())
  }

  /** Sets all that `options` names and leaves the rest as it is. */
  set(options: BusFaultOptions): void {
    if (options.bitErrorRate !== undefined) this.bitErrors(options.bitErrorRate)
    for (const [name, rate] of Object.entries(options.nodeBitErrorRate ?? {})) this.bitErrorsAt(name, rate)
    for (const [name, rate] of Object.entries(options.frameLossRate ?? {})) this.loseFrames(name, rate)
    for (const name of options.dropped ?? []) this.drop(name)
    for (const [name, babble] of Object.entries(options.babbling ?? {})) this.babble(name, babble)
    for (const position of options.cuts ?? []) this.cut(position)
    if (options.stuckDominant !== undefined) this.holdDominant(options.stuckDominant)
  }

  /** Ends all faults. */
  clear(): void {
    this.bitErrors(0)
    for (const name of this.nodeNoise.keys()) this.bitErrorsAt(name, 0)
    for (const name of this.lossRates.keys()) this.loseFrames(name, 0)
    for (const name of [...this.droppedNames]) this.restore(name)
    for (const name of [...this.babbles.keys()]) this.babble(name, undefined)
    this.heal()
    this.holdDominant(false)
    for (const name of this.grounds.keys()) this.ground(name, 0)
    this.bus.disturbAll()
    if (this.picks.length > 0) this.tellPicks(0)
    this.picks = []
  }

  /** Bit errors that all nodes see, per bit. */
  bitErrors(rate: number): void {
    checkRate('bit error rate', rate)
    this.noise.set(rate, this.bus.disturbAll())
    this.armNoise()
    this.rate = rate
    this.tell({ kind: 'bitErrors', source: this.bus.name, rate })
  }

  /** Bit errors that only this node sees, per bit. */
  bitErrorsAt(name: string, rate: number): void {
    checkRate(`bit error rate at ${name}`, rate)
    let noise = this.nodeNoise.get(name)
    if (noise === undefined) {
      noise = new Noise(this.bus.kernel.prng(`bus.faults.${this.bus.name}.${name}`))
      this.nodeNoise.set(name, noise)
    }
    noise.set(rate, this.bus.disturbAll())
    this.armNoise()
    this.nodeRates.set(name, rate)
    this.tell({ kind: 'bitErrors', source: name, rate })
  }

  /**
   * A node's ground is so far above the battery's negative pole, −40…40 V; all others stay where they are, at 0 V at first. Where two
   * are further apart than their transceivers bear, they miss bits of each other (`missChance`).
   */
  ground(name: string, offset_V: number): void {
    if (!(offset_V >= -FURTHEST_V && offset_V <= FURTHEST_V)) {
      throw new RangeError(`ground of ${name} ${offset_V} V is not in ${-FURTHEST_V}…${FURTHEST_V} V`)
    }
    const before = missChance(this.grounds.get(name) ?? 0)
    this.bus.disturbAll()
    this.grounds.set(name, offset_V)
    const heights_V = [0, ...this.grounds.values()]
    this.groundsApart = missChance(Math.max(...heights_V) - Math.min(...heights_V)) > 0
    const chance = missChance(offset_V)
    if (chance !== before) this.tell({ kind: 'bitErrors', source: name, rate: Math.max(chance, this.nodeRates.get(name) ?? 0) })
  }

  /** Good frames vanish before they reach this node's receive buffers, by chance. */
  loseFrames(name: string, rate: number): void {
    checkRate(`frame loss rate at ${name}`, rate)
    this.lossRates.set(name, rate)
    const node = this.bus.find(name)
    if (node !== undefined) node.lossRate = rate
    this.tell({ kind: 'frameLoss', source: name, rate })
  }

  /** Pulls a node's drop off the spine. It stays powered, alone on its stub. */
  drop(name: string): void {
    this.droppedNames.add(name)
    this.bus.regroup()
    this.tell({ kind: 'dropped', source: name, dropped: true })
  }

  /** Plugs a dropped node in again. */
  restore(name: string): void {
    if (!this.droppedNames.delete(name)) return
    this.bus.regroup()
    this.tell({ kind: 'dropped', source: name, dropped: false })
  }

  /**
   * Makes a node send one frame as fast as it can, beside what its firmware sends; undefined ends it. RangeError for a
   * frame that cannot be.
   */
  babble(name: string, babble: Babble | undefined): void {
    if (babble === undefined) this.babbles.delete(name)
    else {
      checkFrame(babbled(babble))
      this.babbles.set(name, babble)
    }
    const node = this.bus.find(name)
    if (node !== undefined) this.applyBabble(node)
    this.tell({ kind: 'babbling', source: name, babbling: babble !== undefined })
  }

  /** Cuts the spine behind `position`: nodes up to it and nodes beyond are two buses from now on. */
  cut(position: number): void {
    if (this.cutPositions.includes(position)) return
    this.cutPositions = [...this.cutPositions, position].sort((a, b) => a - b)
    this.bus.regroup()
    this.tell({ kind: 'spineCut', source: this.bus.name, position, cut: true })
  }

  /** Joins the spine again, at one cut or at all. */
  heal(position?: number): void {
    const healed = this.cutPositions.filter(cut => position === undefined || cut === position)
    if (healed.length === 0) return
    this.cutPositions = this.cutPositions.filter(cut => !healed.includes(cut))
    this.bus.regroup()
    for (const position of healed) this.tell({ kind: 'spineCut', source: this.bus.name, position, cut: false })
  }

  /** Holds the bus dominant, as a shorted driver does. */
  holdDominant(on: boolean): void {
    if (on === this.stuckDominant) return
    this.bus.disturbAll()
    this.stuckDominant = on
    this.tell({ kind: 'dominant', source: this.bus.name, dominant: on })
  }

  /** Lets one bit of the next frames that have it be seen wrong. Several picks act together. RangeError when it strikes less than once. */
  pick(bit: PickedBit): void {
    const times = bit.times ?? 1
    if (!(times >= 1)) throw new RangeError(`a picked bit cannot strike ${times} times`)
    this.tellPicks(this.picks.length + 1)
    const field = bit.field in BIT_FIELD
      ? BIT_FIELD[bit.field as keyof typeof BIT_FIELD]
      : OTHER_FIELD[bit.field as keyof typeof OTHER_FIELD]
    this.bus.disturbAll()
    this.picks.push({ field, bit: bit.bit ?? 0, stuff: bit.stuff ?? false, at: bit.at ?? ALL, times, struck: false })
  }

  /** Picked bits that have not struck yet. */
  get pickedBits(): number {
    return this.picks.length
  }

  /** @internal A node came: gives it what its name is marked with. */
  welcome(node: CanController): void {
    node.lossRate = this.lossRates.get(node.name) ?? 0
    if (this.babbles.has(node.name)) this.applyBabble(node)
  }

  /** @internal */
  isDropped(node: BusNode): boolean {
    return this.droppedNames.has(node.name)
  }

  /** @internal Cut positions, front to rear. */
  get cuts(): readonly number[] {
    return this.cutPositions
  }

  /** @internal Whether a node understands a dominant bit of another. */
  hears(node: BusNode, sender: BusNode): boolean {
    const chance = missChance((this.grounds.get(node.name) ?? 0) - (this.grounds.get(sender.name) ?? 0))
    return chance === 0 || (chance < 1 && !this.groundDice.chance(chance))
  }

  /** @internal Throws the dice for a frame at a node's receive buffers. */
  loses(node: BusNode): boolean {
    if (!this.lossDice.chance(node.lossRate)) return false
    node.counters.lostByFault++
    return true
  }

  /** @internal Whether nobody sees bit `bit` wrong. */
  quietBit(bit: number): boolean {
    return bit !== this.nextNoise && this.picks.length === 0
  }

  /** @internal Whether bit errors strike right after bit `bit`. */
  flipsSoon(bit: number): boolean {
    return this.nextNoise <= bit + 1
  }

  /** @internal 1 if the node sees bit `bit` wrong. */
  flip(node: BusNode, bit: number): number {
    let flip = this.noise.next === bit ? 1 : 0
    if (this.nodeNoise.get(node.name)?.next === bit) flip ^= 1
    for (const pick of this.picks) if (this.strikes(pick, node)) flip ^= 1
    return flip
  }

  /** @internal Bit `bit` is over everywhere. */
  pass(bit: number): void {
    if (this.picks.length > 0) this.passPicks()
    if (this.nextNoise > bit) return
    this.noise.pass(bit)
    for (const noise of this.nodeNoise.values()) noise.pass(bit)
    this.armNoise()
  }

  private tell(fault: BusFault): void {
    if (this.events?.active === true) this.events.emit({ t_ns: this.bus.kernel.now_ns, ...fault })
  }

  private tellPicks(count: number): void {
    this.tell({ kind: 'pickedBits', source: this.bus.name, count })
  }

  /** Tells every fault that stands. */
  private tellStanding(tell: (fault: BusFault) => void): void {
    const { name } = this.bus
    if (this.rate > 0) tell({ kind: 'bitErrors', source: name, rate: this.rate })
    for (const [source, rate] of this.nodeRates) if (rate > 0) tell({ kind: 'bitErrors', source, rate })
    for (const [source, offset_V] of this.grounds) {
      if (missChance(offset_V) > 0) tell({ kind: 'bitErrors', source, rate: missChance(offset_V) })
    }
    for (const [source, rate] of this.lossRates) if (rate > 0) tell({ kind: 'frameLoss', source, rate })
    for (const source of this.droppedNames) tell({ kind: 'dropped', source, dropped: true })
    for (const source of this.babbles.keys()) tell({ kind: 'babbling', source, babbling: true })
    for (const position of this.cutPositions) tell({ kind: 'spineCut', source: name, position, cut: true })
    if (this.stuckDominant) tell({ kind: 'dominant', source: name, dominant: true })
    if (this.picks.length > 0) tell({ kind: 'pickedBits', source: name, count: this.picks.length })
  }

  private strikes(pick: Pick, node: BusNode): boolean {
    const mac = node.mac
    if (pick.at === TRANSMITTER && !mac.transmitting) return false
    if (pick.at === RECEIVERS && mac.transmitting) return false
    if (!MARKS.has(pick.at) && pick.at !== node.name) return false
    if (fieldOf(mac, pick.bit, pick.stuff) !== pick.field) return false
    pick.struck = true
    return true
  }

  private passPicks(): void {
    let spent = false
    for (const pick of this.picks) {
      if (!pick.struck) continue
      pick.struck = false
      if (--pick.times <= 0) spent = true
    }
    if (!spent) return
    this.picks = this.picks.filter(pick => pick.times > 0)
    this.tellPicks(this.picks.length)
  }

  private armNoise(): void {
    let next = this.noise.next
    for (const noise of this.nodeNoise.values()) if (noise.next < next) next = noise.next
    this.nextNoise = next
    const at_ns = next * this.bus.bit_ns
    if (at_ns > Number.MAX_SAFE_INTEGER) this.noiseTimer.stop()
    else this.noiseTimer.startAt(Math.max(at_ns, this.bus.kernel.now_ns))
  }

  private applyBabble(node: CanController): void {
    const babble = this.babbles.get(node.name)
    node.segment.disturb()
    if (babble === undefined) {
      node.tx.setBabble(undefined)
      return
    }
    const frame = babbled(babble)
    frame.bus = this.bus.index
    node.tx.setBabble(frame)
  }
}

function babbled(babble: Babble): CanFrame {
  const frame = createFrame(CLASSIC_DATA_BYTES)
  frame.id = babble.id
  frame.extended = babble.extended ?? true
  frame.length = babble.length ?? CLASSIC_DATA_BYTES
  return frame
}

function checkRate(name: string, rate: number): void {
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`${name} ${rate} is not in 0…1`)
}
