export { asModdableOffers, ModdableBoard, moddableWiring } from './moddable-board.ts'
export { hasXs, XS_COMMAND } from './place.ts'
export { type MeteredCallback, XsHub } from './xs-hub.ts'
