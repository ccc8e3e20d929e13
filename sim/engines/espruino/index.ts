export { asEspruinoOffers, EspruinoBoard } from './board.ts'
export { ESPRUINO_VARIABLE, EspruinoInterpreter, hasEspruino } from './interpreter.ts'
