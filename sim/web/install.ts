import { createHash } from 'node:crypto'

/** Names of what stands beside the page; `page/install.ts` knows the first two. */
const MANIFEST = 'manifest.webmanifest'
const SERVICE_WORKER = 'service-worker.js'
const ICON = 'icon.svg'

/** A cable with three drops, on a square that no launcher cuts into. */
const ICON_TEXT = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512"><rect width="512" height="512" fill="#0b5cba"/>
<path d="M96 256h320M160 256v-88M256 256v88M352 256v-88" fill="none" stroke="#fff" stroke-width="28" stroke-linecap="round"/>
<path d="M120 120h80v56h-80zM216 336h80v56h-80zM312 120h80v56h-80z" fill="#fff"/></svg>
`

/**
 * What makes a browser offer to install the page, and open it without a network, once a server has given it: files beside it, as no
 * service worker comes from within one. A page that is opened from a disk needs none of them.
 */
export function installFiles(html: string, name: string): Readonly<Record<string, string>> {
  const manifest = {
    name, short_name: 'Spine', id: './', start_url: './', scope: './', display: 'standalone', background_color: '#ffffff', theme_color: '#0b5cba',
    icons: [{ src: ICON, sizes: 'any', type: 'image/svg+xml', purpose: 'any maskable' }],
  }
  return {
    [MANIFEST]: `${JSON.stringify(manifest, undefined, 2)}\n`, [ICON]: ICON_TEXT,
    [SERVICE_WORKER]: serviceWorker(createHash('sha256').update(html).digest('hex').slice(0, 16)),
  }
}

/** Keeps this version of the page, and gives it without asking anybody. Another version is another script, which browsers look for. */
function serviceWorker(version: string): string {
  return `const own = 'spine ' + registration.scope + ' '
const kept = own + '${version}'
addEventListener('install', event => event.waitUntil(caches.open(kept)
  .then(cache => cache.addAll(['./', '${MANIFEST}', '${ICON}'].map(file => new Request(file, { cache: 'reload' }))))
  .then(() => skipWaiting())))
addEventListener('activate', event => event.waitUntil(caches.keys()
  .then(names => Promise.all(names.filter(name => name.startsWith(own) && name !== kept).map(name => caches.delete(name))))
  .then(() => clients.claim())))
addEventListener('fetch', (event) => {
  const { request } = event
  event.respondWith(caches.match(request.mode === 'navigate' ? './' : request, { cacheName: kept }).then(found => found ?? fetch(request)))
})
`
}
