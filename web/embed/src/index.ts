/** Shows a call of a Troupe server in a page of another site. */

export { CallError } from './call_error';
export { TroupeCall } from './troupe_call';
export type { CallOptions } from './troupe_call';
export type {
  CallEvents, CallPerson, ErrorCode, EventName, Layout, LeftReason, UiOptions,
} from './protocol';
