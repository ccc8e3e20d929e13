/** Where a server gives the page with the files beside it, browsers keep it, and offer to install it. */
export function offerInstall(): void {
  if (document.documentElement.dataset['installs'] === undefined || !location.protocol.startsWith('http') || !('serviceWorker' in navigator)) return
  const link = document.createElement('link')
  link.rel = 'manifest'
  link.href = 'manifest.webmanifest'
  document.head.append(link)
  navigator.serviceWorker.register('service-worker.js').catch(() => undefined)
}
