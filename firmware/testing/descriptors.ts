import { COMPONENT_CLASS, type DescriptorContent, SWITCH_LAYOUT_CODE } from '#protocol/index.ts'

/** Of the motor that the models of windows have. */
export const MOTOR_DATA = { torque_Nm_A: 0.02, winding_ohm: 0.55, torqueTolerance_pct: 10, windingTolerance_pct: 10 }

const maker = { maker: 7, model: 1, serial: 4711 }
const pack = { ...maker, class: COMPONENT_CLASS.switchPack, idle_A: 0.01, run_A: 0.02, peak_A: 0.05 } as const

/** Components to plug into a fake board. */
export const DESCRIPTORS = {
  window: {
    ...maker, class: COMPONENT_CLASS.window, idle_A: 0.01, run_A: 9, peak_A: 25,
    data: { travel_pulses: 1000, stall_A: 25, ...MOTOR_DATA },
  },
  latch: { ...maker, class: COMPONENT_CLASS.latch, idle_A: 0.01, run_A: 3, peak_A: 8, data: { flags: 3 } },
  lamp: { ...maker, class: COMPONENT_CLASS.lamp, idle_A: 0.005, run_A: 1, peak_A: 8, data: { channels: 2, nominal_A: [0.4, 0.4] } },
  doorPack: { ...pack, data: { layout: SWITCH_LAYOUT_CODE.door } },
  driverPack: { ...pack, data: { layout: SWITCH_LAYOUT_CODE.driver } },
  vehicle: { ...maker, class: COMPONENT_CLASS.vehicle, idle_A: 0.01, run_A: 0.02, peak_A: 0.05, data: {} },
} satisfies Record<string, DescriptorContent>
