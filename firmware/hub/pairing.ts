import { COMPONENT_CLASS, type Descriptor } from '#protocol/index.ts'
import type { Nvm } from '../hal.ts'
import { HUB_PORT, HUB_RECORD, type HubCounters, loadRecord, NO_CLASS, saveRecord } from '../runtime/index.ts'

const PORT_BYTES = 2

/** Which switches a pack carries is what it may cause; of all other classes the class says it. */
function layoutOf(descriptor: Descriptor): number {
  return descriptor.class === COMPONENT_CLASS.switchPack ? descriptor.data.layout : 0
}

/**
 * What each socket of a hub may hold: a class, and of switch packs a layout, two bytes a port. Learned from what is plugged in
 * when a tool says so; a hub that never learned takes anything, as on the day it was built in.
 */
export class Pairing {
  /** Empty: not paired. */
  record: Uint8Array
  private readonly nvm: Nvm

  constructor(nvm: Nvm, counters: HubCounters) {
    const record = loadRecord(nvm, counters, HUB_PORT, NO_CLASS, HUB_RECORD.pairing)
    this.record = record === undefined ? new Uint8Array(0) : record
    this.nvm = nvm
  }

  paired(): boolean {
    return this.record.length > 0
  }

  admits(port: number, descriptor: Descriptor): boolean {
    const first = port * PORT_BYTES
    return !this.paired() || (this.record[first] === descriptor.class && this.record[first + 1] === layoutOf(descriptor))
  }

  /** Something belongs into this socket. */
  expects(port: number): boolean {
    return this.paired() && this.record[port * PORT_BYTES] !== COMPONENT_CLASS.none
  }

  /** From now on each port holds what it holds now: by port, undefined where it is empty. Call with motors off. */
  learn(plugged: readonly (Descriptor | undefined)[]): void {
    const record = new Uint8Array(plugged.length * PORT_BYTES)
    for (let port = 0; port < plugged.length; port++) {
      const descriptor = plugged[port]
      if (descriptor === undefined) continue
      record[port * PORT_BYTES] = descriptor.class
      record[port * PORT_BYTES + 1] = layoutOf(descriptor)
    }
    this.save(record)
  }

  forget(): void {
    this.save(new Uint8Array(0))
  }

  private save(record: Uint8Array): void {
    this.record = record
    saveRecord(this.nvm, HUB_PORT, NO_CLASS, HUB_RECORD.pairing, record)
  }
}
