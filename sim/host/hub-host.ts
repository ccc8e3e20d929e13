import { cmac } from '@noble/ciphers/aes.js'
import type { Hal } from '#firmware/index.ts'
import type { Hub } from '#firmware/hub/index.ts'
import { chooseArea, imageIn, versionIn } from '#firmware/update/index.ts'
import { HUB_TYPE, type HubType, type HubTypeName, packImage, RESET_CAUSE, type ResetCause } from '#protocol/index.ts'
import type { CanController } from '../bus/index.ts'
import type { Kernel, Prng, Timer } from '../kernel/index.ts'
import type { EventOf, Producer, Trace, Untimed } from '../trace/index.ts'
import type { Outlet, World } from '../plants/index.ts'
import { Cpu } from './cpu.ts'
import { BOARD_FLASH, FACTORY_VERSION, FlashStore } from './flash-store.ts'
import type { CanModel, HostCan } from './host-can.ts'
import { BEHAVIOUR } from './hub-can.ts'
import { HubPort } from './hub-port.ts'
import { NvmStore } from './nvm-store.ts'

const MS_ns = 1_000_000
/** Reset pulse, oscillator start and boot loader of the board. */
export const BOOT_ms = 10
/** From what wakes a board until its firmware runs: clocks, supplies, controller. */
export const WAKE_ms = 2
/** The watchdog bites when it was not kicked for this long; the first kick starts it. */
export const WATCHDOG_ms = 2000
/** Between two ticks, as the table of the boards has it of an ESP32 with XS. */
const GAP_ms = 35
/** Board temperature in a parked car. */
const ROOM_C = 23
const LARGEST_SERIAL = 0x1f_ffff
/** What the image of the works holds where a real one has its code: the simulator runs the sources. */
const FACTORY_PAYLOAD = new TextEncoder().encode('runs from its sources')

/** A firmware image: called once a boot with the board's Hal; what it returns is its face for debuggers, if it has one. */
export type FirmwareImage = (hal: Hal) => Hub | undefined

export type ResetCauseName = keyof typeof RESET_CAUSE

const HUB_TOPICS = ['log', 'reset', 'exception'] as const
type HubTopic = typeof HUB_TOPICS[number]

export interface HubHostOptions {
  readonly name: string
  /** `LOCATION` code of the coding pins. */
  readonly location: number
  /** 21 bits. */
  readonly serial: number
  /** Runs from the works on. */
  readonly image: FirmwareImage
  /** For which images that come over the bus are; a door when left out. */
  readonly hubType?: HubTypeName
  readonly kernel: Kernel
  readonly world: World
  readonly trace: Trace
  readonly controllers: readonly CanController[]
  /** Of the controllers, whose profile is its; `BEHAVIOUR` by default. */
  readonly can?: CanModel
  readonly outlets: readonly Outlet[]
  /** Supply at the hub now, V. */
  readonly supply_V: () => number
  /** Of a hub with two feeds. */
  readonly feeds?: {
    /** Before the diode of feed 0 (spine A) or 1 (B), V. */
    readonly feed_V: (feed: number) => number
    /** Calls `read` while the transistors of its diodes are off. */
    readonly openDiodes: (read: () => void) => void
  }
  /** Called when the image begins and when it is gone: the board draws another current. */
  readonly lifeChanged?: () => void
}

/** How a board measures what surrounds it. */
export interface Instruments {
  supply_V(true_V: number): number
  /** Of feed 0 or 1, of a board with two. */
  feed_V(feed: number, true_V: number): number
  temperature_C(true_C: number): number
  /** Mean since the last call. */
  acceleration_m_s2(true_m_s2: number): number
}

/** What became of a hub since the car was made. */
export interface HubCounters {
  boots: number
  /** Firmware callbacks that threw. */
  exceptions: number
  watchdogResets: number
}

/**
 * A hub's board: gives a firmware image its Hal, and takes everything from it at a reset or a loss of power. Only the
 * NVM survives.
 */
export class HubHost {
  readonly name: string
  readonly location: number
  readonly nvm = new NvmStore()
  readonly flash: FlashStore
  /** What runs for the payload of an image that came over the bus; undefined: the image of the works. */
  imageOf: (payload: Uint8Array) => FirmwareImage | undefined = () => undefined
  readonly cpu: Cpu
  readonly counters: HubCounters = { boots: 0, exceptions: 0, watchdogResets: 0 }
  readonly outlets: readonly Outlet[]
  readonly controllers: readonly CanController[]
  /** What the running image returned; undefined while none runs. */
  firmware: Hub | undefined = undefined
  temperature_C = ROOM_C
  /** Of its door, vertical, up positive, without gravity. */
  acceleration_m_s2 = 0
  /** Undefined: the board measures exactly. */
  instruments: Instruments | undefined = undefined
  /** Hears of each catalogue message that the firmware sent, how long after it was queued there; set before the image boots. */
  frameSent: ((id: number, response_ms: number) => void) | undefined = undefined
  private readonly options: HubHostOptions
  private readonly hubType: HubType
  private readonly events: Producer<HubTopic>
  private readonly dice: Prng
  private readonly bootTimer: Timer
  private readonly watchdog: Timer
  private readonly crashTimer: Timer
  private readonly restartTimer: Timer
  private readonly wakeTimer: Timer
  private cans: HostCan[] = []
  private ports: HubPort[] = []
  private powered = false
  private woken: ((byBus: boolean) => void) | undefined = undefined
  private wokenByBus = false
  private held = false
  private cause: ResetCause = RESET_CAUSE.unknown
  private booted_ns = 0
  private kicked_ns = 0

  constructor(options: HubHostOptions) {
    const { name, kernel, serial } = options
    if (!Number.isInteger(serial) || serial < 0 || serial > LARGEST_SERIAL) {
      throw new RangeError(`serial ${serial} of hub ${name} is not a whole number in 0…${LARGEST_SERIAL}`)
    }
    this.options = options
    this.events = options.trace.producer(HUB_TOPICS)
    this.name = name
    this.location = options.location
    this.outlets = options.outlets
    this.controllers = options.controllers
    this.cpu = new Cpu(kernel, name, error => this.crashed(error))
    this.dice = kernel.prng(`hub ${name}`)
    const flashDice = kernel.prng(`flash ${name}`)
    this.hubType = HUB_TYPE[options.hubType ?? 'door']
    this.flash = new FlashStore({
      shape: BOARD_FLASH,
      factory: () => packImage(this.hubType, BOARD_FLASH.engine, FACTORY_VERSION, FACTORY_PAYLOAD),
      dice: () => flashDice.next(),
      now_ns: () => kernel.now_ns,
      busy: duration_ms => this.cpu.pause(duration_ms),
    })
    this.bootTimer = kernel.timer(`${name}.boot`, () => this.boot())
    this.watchdog = kernel.timer(`${name}.watchdog`, () => this.bark())
    this.crashTimer = kernel.timer(`${name}.crash`, () => this.reset('watchdog'))
    this.restartTimer = kernel.timer(`${name}.restart`, () => this.reset('requested'))
    this.wakeTimer = kernel.timer(`${name}.wake`, () => this.wake())
    for (const controller of options.controllers) controller.reset()
  }

  /** Has supply. */
  get on(): boolean {
    return this.powered
  }

  /** Its reset circuit holds it down: the voltage is too low. */
  get brownedOut(): boolean {
    return this.held
  }

  /** Its image runs. */
  get running(): boolean {
    return this.cpu.alive
  }

  /** Its image sleeps: the board draws next to nothing and is not on the bus. */
  get asleep(): boolean {
    return this.woken !== undefined
  }

  /** Supply comes: the image boots `BOOT_ms` later. */
  powerOn(): void {
    if (this.powered) return
    this.powered = true
    if (!this.held) this.bootLater('powerOn')
  }

  /** Supply goes: the image is destroyed, its outputs are off, it is gone from the bus. */
  powerOff(): void {
    if (!this.powered) return
    this.powered = false
    this.flash.powerFails()
    this.destroy()
    this.tell({ kind: 'reset', source: this.name, cause: 'powerOff' })
  }

  /** Destroys the image and boots it again after `BOOT_ms`. Without supply nothing happens. */
  reset(cause: ResetCauseName): void {
    if (!Object.hasOwn(RESET_CAUSE, cause)) {
      throw new RangeError(`unknown reset cause "${cause}": one of ${Object.keys(RESET_CAUSE).join(', ')}`)
    }
    if (!this.powered || this.held) return
    this.bootLater(cause)
  }

  /** The voltage is too low for the board: the image is destroyed, and the reset circuit holds it down. */
  hold(): void {
    if (this.held) return
    this.held = true
    if (!this.powered) return
    this.flash.powerFails()
    this.destroy()
    this.tell({ kind: 'reset', source: this.name, cause: 'brownOut' })
  }

  /** The voltage is back: the image boots. `cause` is `powerOn` when the voltage was gone altogether. */
  release(cause: 'brownOut' | 'powerOn'): void {
    if (!this.held) return
    this.held = false
    if (this.powered) this.bootLater(cause)
  }

  /** The processor does nothing for `duration_ms`. */
  pause(duration_ms: number): void {
    this.cpu.pause(duration_ms)
  }

  private bootLater(cause: ResetCauseName): void {
    this.destroy()
    this.cause = RESET_CAUSE[cause]
    this.tell({ kind: 'reset', source: this.name, cause })
    this.bootTimer.startIn(BOOT_ms * MS_ns)
  }

  private boot(): void {
    const { options, cpu } = this
    this.counters.boots++
    this.booted_ns = options.kernel.now_ns
    const { can = BEHAVIOUR } = options
    this.cans = options.controllers.map(controller => can.make(controller, cpu))
    this.ports = options.outlets.map(outlet => new HubPort(options.world, outlet, cpu, options.kernel))
    cpu.start(() => {
      const loaded = this.loaded()
      if (loaded === undefined) return
      this.firmware = loaded.image(this.createHal(loaded.version))
      const told = this.frameSent
      // That others were served first makes the sender know later: the frame has left.
      if (told !== undefined) this.firmware?.watchSent((id, response_ms) => told(id, response_ms - cpu.behind_ns / MS_ns))
    })
    options.lifeChanged?.()
  }

  private destroy(): void {
    this.cpu.stop()
    this.bootTimer.stop()
    this.watchdog.stop()
    this.crashTimer.stop()
    this.restartTimer.stop()
    this.wakeTimer.stop()
    this.woken = undefined
    this.firmware = undefined
    for (const can of this.cans) can.dispose()
    for (const port of this.ports) port.dispose()
    this.cans = []
    this.ports = []
    this.options.lifeChanged?.()
  }

  /** What the loader boots; undefined: neither area holds a whole image. */
  private loaded(): { readonly image: FirmwareImage, readonly version: number } | undefined {
    const { flash, options } = this
    if (flash.untouched) return { image: options.image, version: FACTORY_VERSION }
    const area = chooseArea({
      flash, hubType: this.hubType, resetCause: this.cause, supply_V: options.supply_V(),
    })
    if (area < 0) {
      this.tell({ kind: 'log', source: this.name, text: 'no whole image: the loader waits' })
      return undefined
    }
    return { image: this.imageOf(imageIn(flash, area)) ?? options.image, version: versionIn(flash, area) }
  }

  private createHal(version: number): Hal {
    const { options, cpu, cans, ports, dice } = this
    const { kernel } = options
    const booted_ns = this.booted_ns
    const life = this.counters.boots
    const alive = (): boolean => life === this.counters.boots && cpu.alive
    return {
      location: options.location,
      resetCause: this.cause,
      serial: options.serial,
      version,
      can: cans,
      ports,
      nvm: this.nvm,
      flash: this.flash,
      gap_ms: GAP_ms,
      now: () => (kernel.now_ns - booted_ns) / MS_ns,
      after: (delay_ms, fire) => alive() ? cpu.after(delay_ms, fire) : 0,
      cancel: (handle) => { if (alive()) cpu.cancel(handle) },
      supply_V: () => this.instruments === undefined ? options.supply_V() : this.instruments.supply_V(options.supply_V()),
      feed_V: this.feedMeter(),
      openDiodes: options.feeds?.openDiodes,
      temperature_C: () => this.instruments === undefined ? this.temperature_C : this.instruments.temperature_C(this.temperature_C),
      acceleration_m_s2: () => this.instruments?.acceleration_m_s2(this.acceleration_m_s2) ?? this.acceleration_m_s2,
      random: () => dice.next(),
      cmac: (key, data, length, into) => into.set(cmac(data.subarray(0, length), key)),
      kickWatchdog: () => { if (alive()) this.kick() },
      restart: () => { if (alive()) this.restartTimer.startIn(0) },
      sleep: (woken, deaf) => { if (alive()) this.sleep(woken, deaf) },
      log: text => this.tell({ kind: 'log', source: this.name, text }),
    }
  }

  private feedMeter(): ((feed: number) => number) | undefined {
    const feed_V = this.options.feeds?.feed_V
    return feed_V && (feed => this.instruments === undefined ? feed_V(feed) : this.instruments.feed_V(feed, feed_V(feed)))
  }

  private kick(): void {
    this.kicked_ns = this.options.kernel.now_ns
    if (!this.watchdog.armed) this.watchdog.startIn(WATCHDOG_ms * MS_ns)
  }

  private sleep(woken: (byBus: boolean) => void, deaf: number): void {
    if (this.woken !== undefined) return
    this.woken = woken
    this.watchdog.stop()
    this.cans.forEach((can, i) => can.sleep((time_ns) => { if ((deaf & 1 << i) === 0) this.rouse(true, time_ns) }))
    this.cpu.sleep(() => this.rouse(false, this.options.kernel.now_ns))
    this.options.lifeChanged?.()
  }

  /** Something begins to wake the board at `time_ns`. */
  private rouse(byBus: boolean, time_ns: number): void {
    if (this.wakeTimer.armed) return
    this.wokenByBus = byBus
    this.wakeTimer.startAt(time_ns + WAKE_ms * MS_ns)
  }

  private wake(): void {
    const { woken } = this
    if (woken === undefined) return
    this.woken = undefined
    for (const can of this.cans) can.wake()
    this.kick()
    this.options.lifeChanged?.()
    this.cpu.wake(() => woken(this.wokenByBus))
  }

  private bark(): void {
    const due_ns = this.kicked_ns + WATCHDOG_ms * MS_ns
    if (due_ns > this.options.kernel.now_ns) {
      this.watchdog.startAt(due_ns)
      return
    }
    this.counters.watchdogResets++
    this.reset('watchdog')
  }

  /**
   * A callback threw. The image stops at once; the board resets after the present event, as the bus or the world may be
   * in the middle of something.
   */
  private crashed(error: unknown): void {
    this.counters.exceptions++
    this.cpu.stop()
    this.tell({ kind: 'exception', source: this.name, text: error instanceof Error ? error.stack ?? error.message : String(error) })
    this.crashTimer.startIn(0)
  }

  private tell(event: Untimed<EventOf<HubTopic>>): void {
    if (this.events.active) this.events.emit({ t_ns: this.options.kernel.now_ns, ...event })
  }
}
