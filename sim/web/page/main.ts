import { showPage } from './show.tsx'

showPage()
