/** The page: made into one file, or served. */
export { bundlePage, type PageParts } from './bundle.ts'
export { pageHtml } from './html.ts'
export { installFiles } from './install.ts'
export { createPageLink, type PageLink, type PageOptions } from './server.ts'
