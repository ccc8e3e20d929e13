export { denseVoltages } from './dense-reference.ts'
export { randomCar, type RandomCar } from './random-car.ts'
