import {
  AMPLIFIER_PLUG, type CodeOf, COMPONENT_CLASS, IGNITION, STEREO_ACTION, STEREO_SOURCE, STEREO_TEXT_KIND, StereoCommandDecoder,
  type StereoCommandValues, type StereoSource, StereoStatusEncoder, type StereoStatusValues,
} from '#protocol/index.ts'
import { defineComponent } from '../component.ts'
import type { CommandedDriver, ContextOf, DriverJob } from '../component.ts'
import { AMPLIFIER_PARAMETERS } from './parameters.ts'
import { StereoSettings } from './settings.ts'
import { TextSender } from './text.ts'

/** `starting`: the electronics boot. */
const PHASE = { off: 0, waiting: 1, starting: 2, on: 3 } as const
type Phase = CodeOf<typeof PHASE>
/** Longest station name and title that are sent. */
const STATION_MOST = 32
const TITLE_MOST = 64

/** False for NaN too. */
function inBand(frequency_MHz: number): boolean {
  return frequency_MHz >= AMPLIFIER_PARAMETERS.lowest_MHz && frequency_MHz <= AMPLIFIER_PARAMETERS.highest_MHz
}

/** Amplifier with tuner on the port's local serial line. Everything but the settings ends with the ignition. */
class AmplifierDriver implements CommandedDriver<StereoCommandValues, StereoStatusValues> {
  readonly statusCount: number
  private readonly context: ContextOf<typeof COMPONENT_CLASS.amplifier>
  private readonly settings: StereoSettings
  private readonly station: TextSender
  private readonly title: TextSender
  private phase: Phase
  private source: StereoSource
  private muted: boolean
  private seeking: boolean
  private seekBegan_ms: number
  private sendingText: boolean
  private readonly job: DriverJob

  constructor(context: ContextOf<typeof COMPONENT_CLASS.amplifier>) {
    this.statusCount = 1
    this.context = context
    this.settings = new StereoSettings(context)
    this.station = new TextSender(context, STEREO_TEXT_KIND.station, AMPLIFIER_PLUG.stationLength, AMPLIFIER_PLUG.station, STATION_MOST)
    this.title = new TextSender(context, STEREO_TEXT_KIND.title, AMPLIFIER_PLUG.titleLength, AMPLIFIER_PLUG.title, TITLE_MOST)
    this.phase = PHASE.off
    this.source = STEREO_SOURCE.off
    this.muted = false
    this.seeking = false
    this.seekBegan_ms = 0
    this.sendingText = false
    this.job = context.job('stereo', () => this.elapsed())
  }

  command(values: StereoCommandValues, _sender: number): boolean {
    if (!this.obey(values)) return false
    this.context.statusChanged(0)
    return true
  }

  /** Ticks run while a text is sent: one frame each. */
  tick(): void {
    if (this.station.sending()) this.station.sendNext()
    else if (this.title.sending()) this.title.sendNext()
    this.settleText()
  }

  status(values: StereoStatusValues, _index: number): void {
    const on = this.phase === PHASE.on
    values.source = on ? this.source : STEREO_SOURCE.off
    values.muted = this.muted ? 1 : 0
    values.volume = this.settings.volume
    values.frequency_MHz = on && this.source === STEREO_SOURCE.fm && !this.seeking ? this.settings.frequency_MHz : NaN
  }

  moving(): boolean {
    return this.seeking
  }

  /** The electronics forget everything with their supply: they are set up again when it comes back. */
  powerChanged(granted: boolean): void {
    if (this.phase === PHASE.off) return
    if (granted) {
      if (this.phase !== PHASE.waiting) return
      this.phase = PHASE.starting
      this.job.startIn(AMPLIFIER_PARAMETERS.start_ms)
    } else if (!this.context.port.tripped()) this.fallBack(PHASE.waiting)
    else {
      this.turnOff()
      this.context.statusChanged(0)
    }
  }

  vehicleChanged(): void {
    if (this.phase === PHASE.off || this.context.vehicle.ignition() >= IGNITION.accessory) return
    this.turnOff()
    this.context.statusChanged(0)
  }

  dispose(): void {
    this.turnOff()
    this.context.tick(0)
  }

  private obey(values: StereoCommandValues): boolean {
    switch (values.action) {
      case STEREO_ACTION.source: return this.select(values.source)
      case STEREO_ACTION.volume: return this.setVolume(values.volume)
      case STEREO_ACTION.balance: return this.setBalance(values.balance_pct)
      case STEREO_ACTION.tune: return this.tune(values.frequency_MHz)
      case STEREO_ACTION.seekUp: return this.seek(1)
      case STEREO_ACTION.seekDown: return this.seek(-1)
      case STEREO_ACTION.mute: return this.mute(true)
      case STEREO_ACTION.unmute: return this.mute(false)
      default: return false
    }
  }

  private select(source: StereoSource): boolean {
    if (!(source >= STEREO_SOURCE.off && source <= STEREO_SOURCE.bluetooth)) return false
    if (source === STEREO_SOURCE.off) {
      this.turnOff()
      return true
    }
    if (this.context.vehicle.ignition() < IGNITION.accessory) return false
    this.endSeek()
    this.source = source
    if (this.phase === PHASE.on) this.setUp()
    else if (!this.context.power.granted()) {
      this.phase = PHASE.waiting
      const descriptor = this.context.descriptor
      this.context.power.want(descriptor.run_A, descriptor.peak_A, AMPLIFIER_PARAMETERS.lease_ms, AMPLIFIER_PARAMETERS.priority)
      if (this.context.power.granted()) this.powerChanged(true)
    }
    return true
  }

  private setVolume(volume: number): boolean {
    if (!(volume >= 0 && volume <= AMPLIFIER_PARAMETERS.volumeMost)) return false
    this.settings.volume = volume
    this.settings.changed()
    this.write(AMPLIFIER_PLUG.volume, volume)
    return true
  }

  private setBalance(balance_pct: number): boolean {
    if (!(Math.abs(balance_pct) <= AMPLIFIER_PARAMETERS.balance_pct)) return false
    this.settings.balance_pct = balance_pct
    this.settings.changed()
    this.write(AMPLIFIER_PLUG.balance_pct, balance_pct)
    return true
  }

  private tune(frequency_MHz: number): boolean {
    if (!this.tunerPlays() || !inBand(frequency_MHz)) return false
    this.endSeek()
    this.settings.frequency_MHz = frequency_MHz
    this.settings.changed()
    this.write(AMPLIFIER_PLUG.frequency_MHz, frequency_MHz)
    return true
  }

  private seek(direction: number): boolean {
    if (!this.tunerPlays()) return false
    this.seeking = true
    this.seekBegan_ms = this.context.hal.now()
    this.write(AMPLIFIER_PLUG.seek, direction)
    this.job.startIn(AMPLIFIER_PARAMETERS.seekPoll_ms)
    return true
  }

  private mute(muted: boolean): boolean {
    this.muted = muted
    this.write(AMPLIFIER_PLUG.muted, muted ? 1 : 0)
    return true
  }

  private tunerPlays(): boolean {
    return this.phase === PHASE.on && this.source === STEREO_SOURCE.fm
  }

  /** Ends a seek where it is. */
  private endSeek(): void {
    if (!this.seeking) return
    this.write(AMPLIFIER_PLUG.seek, 0)
    this.found()
  }

  private found(): void {
    this.seeking = false
    if (this.forgot()) return
    const frequency_MHz = this.context.port.read(AMPLIFIER_PLUG.tunedFrequency_MHz)
    if (inBand(frequency_MHz)) {
      this.settings.frequency_MHz = frequency_MHz
      this.settings.changed()
    }
    this.context.statusChanged(0)
  }

  private elapsed(): void {
    if (this.phase === PHASE.on && this.forgot()) this.fallBack(PHASE.starting)
    if (this.phase === PHASE.starting) this.setUp()
    if (this.phase !== PHASE.on) return
    if (this.seeking) {
      if (this.context.port.read(AMPLIFIER_PLUG.seeking) === 0) this.found()
      else if (this.context.hal.now() - this.seekBegan_ms >= AMPLIFIER_PARAMETERS.seek_ms) this.endSeek()
    }
    this.station.poll()
    this.title.poll()
    this.settleText()
    this.job.startIn(this.seeking ? AMPLIFIER_PARAMETERS.seekPoll_ms : AMPLIFIER_PARAMETERS.textPoll_ms)
  }

  /** The electronics lost what they were told: their supply broke down for a moment, though hub and grant lived on. */
  private forgot(): boolean {
    return this.context.port.read(AMPLIFIER_PLUG.source) !== this.source
  }

  /** Nothing plays any more; what the electronics did by themselves is over. */
  private fallBack(phase: Phase): void {
    this.phase = phase
    this.seeking = false
    this.station.clear()
    this.title.clear()
    this.settleText()
    this.context.statusChanged(0)
  }

  /** Tells the electronics all they should know, until they repeat it. */
  private setUp(): void {
    this.phase = PHASE.on
    this.write(AMPLIFIER_PLUG.volume, this.settings.volume)
    this.write(AMPLIFIER_PLUG.balance_pct, this.settings.balance_pct)
    this.write(AMPLIFIER_PLUG.muted, this.muted ? 1 : 0)
    this.write(AMPLIFIER_PLUG.frequency_MHz, this.settings.frequency_MHz)
    this.write(AMPLIFIER_PLUG.source, this.source)
    if (this.forgot()) {
      this.phase = PHASE.starting
      this.job.startIn(AMPLIFIER_PARAMETERS.start_ms)
    } else this.context.statusChanged(0)
  }

  private turnOff(): void {
    if (this.seeking) this.endSeek()
    this.job.stop()
    this.write(AMPLIFIER_PLUG.source, STEREO_SOURCE.off)
    this.source = STEREO_SOURCE.off
    this.settings.flush()
    this.station.clear()
    this.title.clear()
    this.settleText()
    if (this.phase === PHASE.off) return
    this.phase = PHASE.off
    this.context.power.release()
  }

  private settleText(): void {
    const sending = this.station.sending() || this.title.sending()
    if (sending === this.sendingText) return
    this.sendingText = sending
    this.context.tick(sending ? AMPLIFIER_PARAMETERS.textTick_ms : 0)
  }

  /** Writes a register of electronics that run. */
  private write(register: number, value: number): void {
    if (this.phase === PHASE.on) this.context.port.write(register, value)
  }
}

export const amplifierEntry = defineComponent({
  code: COMPONENT_CLASS.amplifier,
  command: StereoCommandDecoder,
  status: StereoStatusEncoder,
  create: context => new AmplifierDriver(context),
})
