export { DASH } from './dash.ts'
export { DOOR } from './door.ts'
export { IMAGES } from './images.ts'
export { DOOR_ACTIONS } from './switch-actions.ts'
