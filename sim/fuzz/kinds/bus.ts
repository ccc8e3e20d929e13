import { type BitField, type CanBus, RECEIVERS, TRANSMITTER } from '../../bus/index.ts'
import type { Prng } from '../../kernel/index.ts'
import { pick, scaled, whole } from '../dice.ts'
import type { CarNames, Stage } from '../stage.ts'
import { figure, kinds, type Params, text } from './kind.ts'

const FIELDS: readonly BitField[] = ['identifier', 'data', 'crc', 'ackSlot', 'ackDelimiter', 'endOfFrame']

/** Of a car with two spines, the one that it happens to. */
function spine(dice: Prng, { buses }: CarNames): { readonly bus?: number } {
  return buses > 1 ? { bus: dice.below(buses) } : {}
}

function faultsOf(car: Stage['car'], params: Params): CanBus['faults'] {
  const bus = car.buses[params['bus'] === undefined ? 0 : figure(params, 'bus')]
  if (bus === undefined) throw new RangeError(`the car has no bus ${params['bus']}`)
  return bus.faults
}

/** What happens to the data pair. */
export const BUS_KINDS = kinds({
  cut: {
    summary: 'the data pair of a cable is cut, and mended', perMinute: 2,
    draw: (dice, names) => ({ for_ms: Math.round(scaled(dice, 20, 8000)), with: { cable: pick(dice, names.cables) } }),
    begin: ({ car }, params) => {
      car.cutCable(text(params, 'cable'))
      return true
    },
    end: ({ car }, params) => car.mendCable(text(params, 'cable')),
  },
  noise: {
    summary: 'bits are seen wrong by all', perMinute: 1,
    draw: (dice, names) => ({ for_ms: whole(dice, 100, 5000), with: { rate: scaled(dice, 1e-6, 2e-3), ...spine(dice, names) } }),
    begin: ({ car }, params) => {
      faultsOf(car, params).bitErrors(figure(params, 'rate'))
      return true
    },
    end: ({ car }, params) => faultsOf(car, params).bitErrors(0),
  },
  nodeNoise: {
    summary: 'bits are seen wrong by one hub', perMinute: 2,
    draw: (dice, names) => ({
      for_ms: whole(dice, 100, 5000), with: { hub: pick(dice, names.hubs), rate: scaled(dice, 1e-5, 5e-2), ...spine(dice, names) },
    }),
    begin: ({ car }, params) => {
      faultsOf(car, params).bitErrorsAt(text(params, 'hub'), figure(params, 'rate'))
      return true
    },
    end: ({ car }, params) => faultsOf(car, params).bitErrorsAt(text(params, 'hub'), 0),
  },
  loss: {
    summary: 'good frames never reach a hub\'s buffers', perMinute: 2,
    draw: (dice, names) => ({
      for_ms: whole(dice, 100, 8000), with: { hub: pick(dice, names.hubs), rate: scaled(dice, 0.01, 1), ...spine(dice, names) },
    }),
    begin: ({ car }, params) => {
      faultsOf(car, params).loseFrames(text(params, 'hub'), figure(params, 'rate'))
      return true
    },
    end: ({ car }, params) => faultsOf(car, params).loseFrames(text(params, 'hub'), 0),
  },
  babble: {
    summary: 'a hub sends one frame as fast as it can', perMinute: 0.7,
    draw: (dice, names) => ({
      for_ms: whole(dice, 50, 3000),
      with: { hub: pick(dice, names.hubs), id: dice.below(0x2000_0000), bytes: dice.below(9), ...spine(dice, names) },
    }),
    begin: ({ car }, params) => {
      faultsOf(car, params).babble(text(params, 'hub'), { id: figure(params, 'id'), length: figure(params, 'bytes') })
      return true
    },
    end: ({ car }, params) => faultsOf(car, params).babble(text(params, 'hub'), undefined),
  },
  dominant: {
    summary: 'the bus is held dominant', perMinute: 0.5,
    draw: (dice, names) => ({ for_ms: Math.round(scaled(dice, 1, 3000)), with: spine(dice, names) }),
    begin: ({ car }, params) => {
      faultsOf(car, params).holdDominant(true)
      return true
    },
    end: ({ car }, params) => faultsOf(car, params).holdDominant(false),
  },
  bit: {
    summary: 'one bit of the next frames is seen wrong', perMinute: 4,
    draw: (dice, names) => ({
      for_ms: 0,
      with: {
        field: pick(dice, FIELDS), bit: dice.below(7), at: pick(dice, [TRANSMITTER, RECEIVERS, ...names.hubs]), times: whole(dice, 1, 20),
        ...spine(dice, names),
      },
    }),
    begin: ({ car }, params) => {
      faultsOf(car, params).pick({
        field: text(params, 'field') as BitField, bit: figure(params, 'bit'), at: text(params, 'at'), times: figure(params, 'times'),
      })
      return true
    },
  },
})
