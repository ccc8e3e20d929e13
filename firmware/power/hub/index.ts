export { HubPower } from './hub-power.ts'
export { ManagerInCharge, ORPHANED_ms } from './in-charge.ts'
export { PowerRequests } from './requests.ts'
export { StaticShare } from './static-share.ts'
