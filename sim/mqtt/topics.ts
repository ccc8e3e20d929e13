import { VSS_SIGNALS, type VssSignal, type VssValue } from '#protocol/vss/index.ts'

/**
 * Where a signal is on a broker: its VSS path with slashes, `spine/Vehicle/Speed`, retained; `…/set` takes what is wished. How
 * Home Assistant is told: MQTT discovery, https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery.
 */
export interface Topics {
  /** `online`, and by the last will `offline`. */
  readonly availability: string
  state(signal: VssSignal): string
  set(signal: VssSignal): string
  /** The signal of a `set` topic. */
  commanded(topic: string): VssSignal | undefined
}

export function topicsBelow(prefix: string): Topics {
  const state = (signal: VssSignal): string => `${prefix}/${signal.path.replaceAll('.', '/')}`
  const set = (signal: VssSignal): string => `${state(signal)}/set`
  const bySet = new Map(VSS_SIGNALS.filter(({ command }) => command !== undefined).map(signal => [set(signal), signal]))
  return { availability: `${prefix}/status`, state, set, commanded: topic => bySet.get(topic) }
}

export function payloadOf(value: VssValue | null): string {
  return value === null ? 'None' : String(value)
}

/** Kinds of entities in Home Assistant, and what is special about each. */
type Entity = { readonly component: string, readonly config: Readonly<Record<string, unknown>> }

const SENSOR_CLASSES: Readonly<Record<string, string>> = { V: 'voltage', 'km/h': 'speed' }

function entityOf(signal: VssSignal, topics: Topics, actuate: boolean): Entity {
  const { path, datatype, unit, command, min, max } = signal
  const unit_of_measurement = unit === 'percent' ? '%' : unit
  if (!actuate || command === undefined) {
    return datatype === 'boolean'
      ? { component: 'binary_sensor', config: { payload_on: 'true', payload_off: 'false' } }
      : { component: 'sensor', config: { unit_of_measurement, device_class: SENSOR_CLASSES[unit ?? ''] } }
  }
  const command_topic = topics.set(signal)
  if (path.endsWith('.Window.Position')) {
    return { component: 'cover', config: {
      device_class: 'window', command_topic, payload_open: '100', payload_close: '0', payload_stop: null,
      position_topic: topics.state(signal), set_position_topic: command_topic, position_open: 100, position_closed: 0,
    } }
  }
  if (path.endsWith('.IsLocked')) {
    return { component: 'lock', config: { command_topic, payload_lock: 'true', payload_unlock: 'false', state_locked: 'true', state_unlocked: 'false' } }
  }
  return datatype === 'boolean'
    ? { component: 'switch', config: { command_topic, payload_on: 'true', payload_off: 'false' } }
    : { component: 'number', config: { command_topic, min, max, unit_of_measurement } }
}

/** What Home Assistant is told of a signal. Without `actuate` nothing can be commanded there. */
export function discoveryOf(signal: VssSignal, topics: Topics, name: string, actuate: boolean): { topic: string, payload: string } {
  const { component, config } = entityOf(signal, topics, actuate)
  const id = `spine_${signal.path.slice('Vehicle.'.length).replaceAll('.', '_')}`
  const payload = {
    name: signal.path.slice('Vehicle.'.length).replaceAll('.', ' '), unique_id: id, object_id: id.toLowerCase(),
    ...component !== 'cover' && { state_topic: topics.state(signal) }, ...config,
    availability_topic: topics.availability, device: { identifiers: [`spine ${name}`], name, manufacturer: 'Spine' },
  }
  return { topic: `homeassistant/${component}/${id}/config`, payload: JSON.stringify(payload) }
}
