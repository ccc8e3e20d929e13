/** A bus on an MQTT broker, for Home Assistant and others. */
export { MqttBridge } from './bridge.ts'
export { topicsBelow } from './topics.ts'
