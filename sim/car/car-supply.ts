import type { HubHost } from '../host/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { Trace } from '../trace/index.ts'
import type { World } from '../plants/index.ts'
import { BODY_V, BrownOut, cranking, CRANKING_LEVELS, type CrankingLevel, createSupply, type DiodesOff, type Supply, type WatchedSupply } from '../power/index.ts'
import { HARMLESS_V } from '../bus/index.ts'
import { BOARD } from './board.ts'
import { ENGINE, Engine } from './engine.ts'
import type { Signals } from './signals.ts'
import type { Topology } from './topology.ts'

/** Load slots of a hub: its board, and what its ports feed. */
const BOARD_SLOT = 0
const PORTS_SLOT = 1
const SLOTS = 2
/** Change of a hub's current that is worth another solution, A: some millivolts at the end of a long drop. */
const WORTH_A = 0.05
/** Change of a hub's voltage that what rests at its ports must hear of: of what draws a current, and of everything. */
const WORTH_V = 0.02
const NEWS_V = 0.5
const DRAWS_A = 0.05
/** Below this a port's load is no resistor but nothing. */
const LEAST_V = 0.5
/** A board whose voltage was below this forgot everything: its boot is a power-on. */
const FORGETS_V = 1.5
/** Change of a hub's ground that its bus hears of, V. */
const GROUND_V = 0.1
/** Most a test may feed a hub with, V. */
const HIGHEST_V = 40

/** One hub on the copper. */
export class Feed {
  readonly name: string
  /** Set by a test in place of the copper; undefined: none. */
  override_V: number | undefined = undefined
  /** Superimposed on whatever feeds it now: supply ripple. */
  ripple_V = 0
  /** Of its ground, as it was told, V. */
  ground_V = 0
  host: HubHost | undefined = undefined
  brownOut: BrownOut | undefined = undefined
  /** A plant at its ports was stepped, or unplugged, since the copper was told. */
  stirred = true
  /** Drawn by the ports as the copper was told. */
  told_A = 0
  /** And so much less than without the back-EMF of motors. */
  opposedTold_A = 0
  /** To be told after this step of the plants, and at which voltage it is drawn. */
  news = false
  seen_V = 0
  /** When the plants at rest were last looked at. */
  checked_V = 0
  /** Lowest since the board was held down. */
  lowest_V = Infinity
  /** While the transistors of its diodes are off. */
  private off: DiodesOff | undefined = undefined
  readonly index: number
  /** It has two feeds, of a spine each. */
  readonly two: boolean
  private readonly supply: Supply
  private readonly volts: Float64Array

  constructor(name: string, supply: Supply) {
    this.name = name
    this.supply = supply
    this.index = supply.hub(name)
    this.two = supply.twoFeeds
    this.volts = supply.network.voltage_V
  }

  /** At the hub's terminals, V; 0 when they are reversed, which the board blocks. */
  voltage_V(): number {
    if (this.off !== undefined) return Math.max(0, this.ripple_V + this.off.supply_V)
    if (this.override_V === undefined) this.supply.refresh()
    const voltage_V = this.ripple_V + (this.override_V ?? this.volts[this.index]!)
    return voltage_V > 0 ? voltage_V : 0
  }

  /** Of one of two feeds before its ideal diode, V: spine A (0) or B (1). */
  before_V(spine: number): number {
    if (this.off !== undefined) return this.ripple_V + this.off.feeds_V[spine]!
    return this.ripple_V + (this.override_V ?? this.supply.feed_V(this.index, spine))
  }

  /** Lets `read` see what it has while the transistors of both its diodes are off. What says what it has says so of both feeds. */
  openDiodes(read: () => void): void {
    const { override_V } = this
    if (override_V === undefined) this.off = this.supply.diodesOff(this.index)
    else this.off = { supply_V: override_V - BODY_V, feeds_V: [override_V, override_V] }
    read()
    this.off = undefined
  }

  /** As `voltage_V`, for an outlet that is about to step its plant. */
  feedOutlet_V(): number {
    this.stirred = true
    return this.voltage_V()
  }

  /** Drawn by what is plugged in, A. */
  ports_A(): number {
    const { host } = this
    if (host === undefined) return 0
    const { outlets } = host
    let sum_A = 0
    for (let i = 0; i < outlets.length; i++) sum_A += outlets[i]!.current_A
    return sum_A
  }

  /** Of that, so much less than without the back-EMF of motors, A. */
  opposed_A(): number {
    const { host } = this
    if (host === undefined) return 0
    const { outlets } = host
    let sum_A = 0
    for (let i = 0; i < outlets.length; i++) sum_A += outlets[i]!.opposed_A
    return sum_A
  }

  /** Whether what its ports draw is so much more or less than what the copper gives them that it has to be told anew. */
  takeStock(): boolean {
    const drawn_A = this.override_V === undefined ? this.ports_A() : 0
    const voltage_V = this.voltage_V()
    // At another voltage the copper gives what it was told in proportion: not what an eFuse that regulates or an amplifier draws.
    const change_A = drawn_A - this.told_A - (this.told_A + this.opposedTold_A) * (this.seen_V > 0 ? voltage_V / this.seen_V - 1 : 0)
    if (change_A < WORTH_A && change_A > -WORTH_A && (drawn_A > 0 || this.told_A === 0)) return false
    this.told_A = drawn_A
    this.opposedTold_A = this.opposed_A()
    this.seen_V = voltage_V
    return true
  }

  /** Drawn by the board itself, A. */
  board_A(): number {
    const { host } = this
    if (host === undefined || !host.on) return 0
    if (host.asleep) return BOARD.sleeping_A
    return host.running ? BOARD.running_A : BOARD.reset_A
  }
}

/**
 * The car's supply: what hubs and ports draw are loads on its copper, the volts at the hubs are the solver's, a hub whose
 * voltage is too low is held down until it is back. Loads are set after each step of the plants, so that the copper
 * is solved once a millisecond while something moves, and not at all while nothing does.
 */
export class CarSupply implements WatchedSupply {
  readonly supply: Supply
  readonly engine: Engine
  /** By hub, front to rear as the copper names them. */
  readonly feeds: ReadonlyMap<string, Feed>
  private readonly list: Feed[] = []
  private readonly kernel: Kernel
  private readonly world: World
  /** A ground was up when they were last looked at. */
  private lifted = false
  /** Hears of each hub's ground that moved, V above the battery's pole, while any is so far up that a bus may hear of it. */
  groundMoved: (hub: string, offset_V: number) => void = () => undefined
  private listeners: readonly (() => void)[] = []

  /** `cranked` is called when the engine has come to run by itself, or was given up. */
  constructor(kernel: Kernel, trace: Trace, world: World, topology: Topology, cranked: () => void) {
    this.kernel = kernel
    this.world = world
    this.supply = createSupply(kernel, topology.copper, { battery: topology.battery, engine_rpm: ENGINE.idle_rpm, slots: SLOTS, trace })
    this.engine = new Engine(kernel, this.supply, cranked)
    const feeds = new Map<string, Feed>()
    for (const name of topology.copper.hubs) {
      const feed = new Feed(name, this.supply)
      feed.checked_V = feed.voltage_V()
      feeds.set(name, feed)
      this.list.push(feed)
    }
    this.feeds = feeds
    this.supply.onStep(() => this.changed())
    world.afterStep = () => this.load()
  }

  /** What flows in the cables and what they carry, for who judges it. */
  sample(signals: Signals): void {
    const { supply } = this
    signals.solution = () => this.solution
    supply.capability.cables.forEach((cable, i) => {
      signals.add(cable.name, 'ampacity_A', 0.1, () => supply.ampacity_A(i))
      signals.add(cable.name, 'current_A', 0.2, () => supply.current_A(i))
    })
    for (const feed of this.list) signals.add(feed.name, 'unloaded_V', 0.1, () => feed.override_V ?? supply.source_V)
  }

  /** Another number when volts and amperes of the copper may be others; NaN while they are at every moment. */
  private get solution(): number {
    for (let i = 0; i < this.list.length; i++) if (this.list[i]!.ripple_V !== 0) return NaN
    this.supply.refresh()
    return this.supply.solves
  }

  /** A hub's host begins to draw from its feed, and is watched. */
  connect(host: HubHost): void {
    const feed = this.feeds.get(host.name)!
    feed.host = host
    feed.brownOut = new BrownOut(this.kernel, this, host.name, (down) => {
      if (down) host.hold()
      else host.release(feed.lowest_V < FORGETS_V ? 'powerOn' : 'brownOut')
      feed.lowest_V = down ? feed.voltage_V() : Infinity
    })
    if (feed.brownOut.down) host.hold()
  }

  /** The board of a hub began or ended to run. */
  boardChanged(name: string): void {
    const feed = this.feeds.get(name)!
    this.supply.setCurrent(feed.index, BOARD_SLOT, feed.override_V === undefined ? feed.board_A() : 0)
  }

  /** Feeds hubs from elsewhere, as a test bench does, 0–40 V; undefined: from the copper again. */
  override(names: Iterable<string>, supply_V: number | undefined): void {
    if (supply_V !== undefined && !(supply_V >= 0 && supply_V <= HIGHEST_V)) throw new RangeError(`supply ${supply_V} V is not in 0…${HIGHEST_V} V`)
    this.world.sync()
    for (const name of names) {
      const feed = this.feeds.get(name)!
      feed.override_V = supply_V
      feed.stirred = true
      this.boardChanged(name)
    }
    this.load()
    this.changed()
    this.world.supplyChanged()
  }

  /**
   * The engine is stopped and started again: by the starter on the battery, or with the battery node on an ISO 16750-2 profile
   * from the moment when the starter's relay closes.
   */
  crank(level?: CrankingLevel): void {
    if (level === undefined) {
      this.engine.stop()
      this.engine.crank()
      return
    }
    if (!CRANKING_LEVELS.includes(level)) throw new RangeError(`cranking level "${String(level)}" is not one of ${CRANKING_LEVELS.join(', ')}`)
    const profile = cranking(level)
    this.engine.crankOnBench(profile.points.x.at(-1)!, () => this.supply.profile(profile))
  }

  /** Something was unplugged from a hub: it draws less from the next step on. */
  unplugged(name: string): void {
    this.feeds.get(name)!.stirred = true
  }

  hub(name: string): number {
    return this.supply.hub(name)
  }

  voltage_V(hub: number): number {
    return this.list[hub]!.voltage_V()
  }

  onStep(listener: () => void): () => void {
    this.listeners = [...this.listeners, listener]
    return () => {
      this.listeners = this.listeners.filter(other => other !== listener)
    }
  }

  sync(): void {
    this.supply.sync()
  }

  /** Tells the copper what the ports draw. All voltages are read before anything is set: setting asks for a new solution. */
  private load(): void {
    const { list } = this
    let news = false
    for (let i = 0; i < list.length; i++) {
      const feed = list[i]!
      if (!feed.stirred) continue
      feed.stirred = false
      feed.news = feed.takeStock()
      if (feed.news) news = true
    }
    if (!news) return
    for (let i = 0; i < list.length; i++) {
      const feed = list[i]!
      if (!feed.news) continue
      feed.news = false
      this.tell(feed)
    }
  }

  /**
   * A resistor of the same current gives way when the voltage does. A motor that turns gives way by more, being a resistor behind its
   * back-EMF: told as a plain one, behind a weak cable it would draw all in one step and nothing in the next.
   */
  private tell(feed: Feed): void {
    const { supply } = this
    const { index, told_A, opposedTold_A: opposed_A, seen_V } = feed
    if (told_A <= 0 || seen_V <= LEAST_V) {
      supply.clearLoad(index, PORTS_SLOT)
      return
    }
    if (opposed_A <= 0) supply.setResistance(index, PORTS_SLOT, seen_V / told_A)
    else supply.setMotor(index, PORTS_SLOT, seen_V * opposed_A / (told_A + opposed_A), seen_V / (told_A + opposed_A))
  }

  /** Volts may have moved: reset circuits look, and so do plants at rest where it matters to them. */
  private changed(): void {
    const { list, listeners } = this
    for (let i = 0; i < listeners.length; i++) listeners[i]!()
    if (this.lifted || this.supply.groundBound_V > HARMLESS_V) this.tellGrounds()
    for (let i = 0; i < list.length; i++) {
      const feed = list[i]!
      const voltage_V = feed.voltage_V()
      if (voltage_V < feed.lowest_V && feed.brownOut?.down === true) feed.lowest_V = voltage_V
      const change_V = voltage_V - feed.checked_V
      if (change_V > WORTH_V || change_V < -WORTH_V) this.wake(feed, voltage_V)
    }
  }

  /** A hub without voltage has no transceiver that would hear or drive. */
  private tellGrounds(): void {
    this.lifted = this.supply.groundBound_V > HARMLESS_V
    for (const feed of this.list) {
      const offset_V = this.lifted && feed.voltage_V() > 0 ? this.supply.groundOffset_V(feed.index) : 0
      const change_V = offset_V - feed.ground_V
      if (change_V < GROUND_V && change_V > -GROUND_V && (offset_V !== 0 || feed.ground_V === 0)) continue
      feed.ground_V = offset_V
      this.groundMoved(feed.name, offset_V)
    }
  }

  private wake(feed: Feed, voltage_V: number): void {
    feed.checked_V = voltage_V
    if (feed.host === undefined) return
    for (const outlet of feed.host.outlets) {
      if (outlet.current_A > DRAWS_A || Math.abs(voltage_V - outlet.feed_V) > NEWS_V) outlet.changed()
    }
  }
}
