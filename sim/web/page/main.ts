import { showPage } from './show.tsx'

void showPage()
