/** The page: made into one file, or served. */
export { bundlePage } from './bundle.ts'
export { pageHtml } from './html.ts'
export { createPageLink, type PageLink, type PageOptions } from './server.ts'
