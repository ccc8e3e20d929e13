import type { Descriptor, HubState, HubType, PortFault, PortState, ComponentClass } from '#protocol/index.ts'
import type { Component } from '../components/index.ts'
import type { CanPort, Hal, Port } from '../hal.ts'
import type { HubCounters, Notices, Schedule, Transmitter, TwinCan, Vehicle } from '../runtime/index.ts'

/** A port, as diagnosis sees it. */
interface DiagnosedPort {
  readonly port: Port
  readonly fault: { readonly code: PortFault }
  readonly component: Component | undefined
  /** What was read from its plug, obeyed or not. */
  readonly plugged: Descriptor | undefined
  readonly commands: { inhibited: boolean }
  readonly power: { granted_A(): number }
  state(): PortState
  boundClass(): ComponentClass
  pairingChanged(): void
}

/** The parts of a hub that diagnosis reads and steers. */
export interface DiagnosedHub {
  readonly hal: Hal
  readonly can: CanPort
  /** Of a hub on two spines. */
  readonly twin: TwinCan | undefined
  readonly type: HubType
  readonly counters: HubCounters
  readonly schedule: Schedule
  readonly transmit: Transmitter
  readonly vehicle: Vehicle
  readonly address: { readonly name: Uint8Array, readonly rival: Uint8Array, operating(): boolean }
  readonly notices: Notices
  readonly watch: { look(): void } | undefined
  readonly standing: { state(): HubState, lost(): number }
  /** Of a hub that can manage the power. */
  readonly seat: object | undefined
  /** Undefined for a hub on a bench. */
  readonly power: { readonly drop: { readonly run_A: number } | undefined } | undefined
  readonly slots: readonly DiagnosedPort[]
  readonly keys: {
    keyed(): boolean
    answer(role: number, word: number): number
    save(bytes: Uint8Array): boolean
  }
  /** What its sockets may hold: two bytes a port, none when it is not paired. */
  readonly pairing: {
    readonly record: Uint8Array
    learn(plugged: readonly (Descriptor | undefined)[]): void
    forget(): void
  }
  /** How often its windows reversed. */
  readonly pinches: {
    readonly record: Uint8Array
    readonly unsaved: boolean
    clear(): void
    save(): void
  }
}
