import { DATA_SERVICES, routineService, ROUTINES } from './data-services.ts'
import { Diagnosis } from './diagnosis.ts'
import { FAULT_SERVICES } from './fault-services.ts'
import type { DiagnosedHub } from './hub.ts'
import { sessionServices } from './session-services.ts'
import { UPDATE_ROUTINES, updateServices } from './update-services.ts'

export type { Diagnosis } from './diagnosis.ts'

/** Makes the diagnosis of a hub. An image that does not name it, carries none of it. */
export type DiagnosisEntry = (hub: DiagnosedHub) => Diagnosis

/** All services: reading, faults, update. */
export const diagnosisEntry: DiagnosisEntry = hub => new Diagnosis(
  hub, sessionServices().concat(DATA_SERVICES, FAULT_SERVICES, routineService(ROUTINES.concat(UPDATE_ROUTINES)), updateServices()))
