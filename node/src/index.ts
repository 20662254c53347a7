import ScalekitClient from "./scalekit";

export { ScalekitClient, ScalekitClient as Scalekit };
export default ScalekitClient;
export type * from "./types/scalekit";
export type * from "./types/auth";
export type { EventObject } from "./types/event-objects";
export * from "./errors";
export type * from "./actions";
export type { CallOptions, Cancellation } from "./runtime/call";
export { GrantType, ObjectType, Source } from "./enums";
export type { EventFilter } from "./messages/scalekit/v1/events/events_pb";
