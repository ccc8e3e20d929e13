/** MCAP (mcap.dev, version 0): what reader and writer share. */

export const PROTOBUF = 'protobuf'
/** Every frame of a recording, whatever it says. */
export const FRAMES_TOPIC = '/frames'
