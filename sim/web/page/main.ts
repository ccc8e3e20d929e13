import { showPage } from './show.tsx'
import { serveCar } from './worker.ts'

/**
 * The page and its worker are one script: the worker is made from the text of the element that runs this. So no module of the
 * page touches the document by itself.
 */
if (typeof document === 'undefined') serveCar()
else void showPage(document.currentScript?.textContent ?? '')
