export { createModdableHal } from './hal.ts'
export { HOLD_ms } from './hold.ts'
export type {
  AnalogIo, DigitalIo, DigitalOptions, FlashIo, ModdableIo, OneWireIo, PulseCountIo, PwmIo, SamplerSetup, SerialIo, SerialOptions, SpiIo,
} from './io.ts'
