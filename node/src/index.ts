import ScalekitClient from "./scalekit";

export { ScalekitClient, ScalekitClient as Scalekit };
export default ScalekitClient;
export * from "./types/scalekit";
export type * from "./types/auth";
export * from "./errors";
export type { CallOptions, Cancellation } from "./call";
export { ObjectType, Source } from "./enums";
export type { EventFilter } from "./pkg/grpc/scalekit/v1/events/events_pb";
