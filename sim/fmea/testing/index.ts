export { SMALL } from './small-car.ts'
