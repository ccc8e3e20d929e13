export { createModdableHal } from './hal.ts'
export type {
  AnalogIo, DigitalIo, DigitalOptions, FlashIo, ModdableIo, OneWireIo, PulseCountIo, PwmIo, SamplerSetup, SerialIo, SerialOptions, SpiIo,
} from './io.ts'
