export { asEspruinoOffers, EspruinoBoard } from './board.ts'
