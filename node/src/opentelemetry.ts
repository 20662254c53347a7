// Spans and metrics with OpenTelemetry, the package `@opentelemetry/api`.

import {
  context,
  metrics,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Histogram,
  type MeterProvider,
  type Span,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";

import { calls, type CallMessage, type ObservedCall } from "./runtime/diagnostics";
import { errorName } from "./runtime/log";
import { native } from "./runtime/native";

export type { CallMessage, ObservedAttempt, ObservedCall } from "./runtime/diagnostics";

/** The buckets that the semantic conventions advise, in seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Options of {@link ScalekitInstrumentation}. */
export interface ScalekitInstrumentationConfig {
  /** Default: `true`. */
  enabled?: boolean;
  /** Default: the global provider. */
  tracerProvider?: TracerProvider;
  /** Default: the global provider. */
  meterProvider?: MeterProvider;
}

/**
 * Creates a span and a metric for each call of all clients. Needs the package `@opentelemetry/api`.
 *
 * The span is a child of the active span, and the requests contain its `traceparent` (W3C Trace
 * Context). The metric is `rpc.client.call.duration`. The names are those of the semantic
 * conventions for RPC and HTTP. No credential, token or body is recorded.
 *
 * The class has the methods that `NodeSDK` and `registerInstrumentations` need. It also works
 * without them.
 *
 * @example
 * const sdk = new NodeSDK({ instrumentations: [new ScalekitInstrumentation()] });
 * sdk.start();
 */
export class ScalekitInstrumentation {
  readonly instrumentationName = "scalekit-client";
  readonly instrumentationVersion: string = native().about().version;
  #config: ScalekitInstrumentationConfig;
  #enabled = false;
  #tracer!: Tracer;
  #durations!: Histogram;
  readonly #spans = new WeakMap<object, { span: Span; started: number }>();
  readonly #start = (message: unknown): void => this.#started(message as CallMessage);
  readonly #end = (message: unknown): void => this.#ended(message as CallMessage);

  constructor(config: ScalekitInstrumentationConfig = {}) {
    this.#config = { enabled: true, ...config };
    this.setTracerProvider(config.tracerProvider ?? trace.getTracerProvider());
    this.setMeterProvider(config.meterProvider ?? metrics.getMeterProvider());
    if (this.#config.enabled) {
      this.enable();
    }
  }

  /** Starts to observe calls. */
  enable(): void {
    if (!this.#enabled) {
      this.#enabled = true;
      calls.start.subscribe(this.#start);
      calls.asyncEnd.subscribe(this.#end);
    }
  }

  /** Ends {@link enable}. Spans of running calls do not end. */
  disable(): void {
    this.#enabled = false;
    calls.start.unsubscribe(this.#start);
    calls.asyncEnd.unsubscribe(this.#end);
  }

  /** Sets the provider of spans. */
  setTracerProvider(provider: TracerProvider): void {
    this.#tracer = provider.getTracer(this.instrumentationName, this.instrumentationVersion);
  }

  /** Sets the provider of metrics. */
  setMeterProvider(provider: MeterProvider): void {
    const meter = provider.getMeter(this.instrumentationName, this.instrumentationVersion);
    this.#durations = meter.createHistogram("rpc.client.call.duration", {
      unit: "s",
      description: "Duration of the calls of Scalekit's API",
      advice: { explicitBucketBoundaries: BUCKETS },
    });
  }

  /** Returns the options. */
  getConfig(): ScalekitInstrumentationConfig {
    return this.#config;
  }

  /** Replaces the options. The providers of the options are not used. */
  setConfig(config: ScalekitInstrumentationConfig): void {
    this.#config = { enabled: true, ...config };
  }

  #started(message: CallMessage): void {
    const { operation, headers } = message;
    const started = Date.now();
    const span = this.#tracer.startSpan(operation, {
      kind: SpanKind.CLIENT,
      attributes: { "rpc.system.name": "scalekit", "rpc.method": operation },
    });
    this.#spans.set(message, { span, started });
    propagation.inject(trace.setSpan(context.active(), span), headers);
  }

  #ended(message: CallMessage): void {
    const { calls = [] } = message;
    const found = this.#spans.get(message);
    const active = found ? trace.setSpan(context.active(), found.span) : context.active();
    for (const call of calls) {
      this.#durations.record(call.durationMs / 1000, metricAttributes(call), active);
    }
    const call = calls.at(-1);
    if (found && call) {
      addEvents(found.span, calls, found.started);
      endSpan(found.span, call);
    }
  }
}

/** Adds an event for each attempt, at the time of its end. */
function addEvents(span: Span, calls: ObservedCall[], started: number): void {
  let now = started;
  for (const { operation, attempts } of calls) {
    for (const { number, durationMs, status, requestId, error, waitMs } of attempts) {
      now += durationMs;
      const attributes: Attributes = {
        "rpc.method": operation,
        "scalekit.attempt": number,
        "http.response.status_code": status,
        "scalekit.request_id": requestId,
        "scalekit.wait": waitMs === undefined ? undefined : waitMs / 1000,
        "error.message": error,
      };
      span.addEvent("scalekit.attempt", attributes, now);
      now += waitMs ?? 0;
    }
  }
}

function endSpan(span: Span, call: ObservedCall): void {
  const last = call.attempts.at(-1);
  const attributes: Attributes = {
    ...metricAttributes(call),
    "http.request.method": call.method,
    "scalekit.request_id": last?.requestId,
    "http.request.resend_count": call.attempts.length > 1 ? call.attempts.length - 1 : undefined,
  };
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) {
      span.setAttribute(name, value);
    }
  }
  if ("error" in call) {
    const message = call.cancelled ? "cancelled" : String((call.error as Error)?.message);
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  }
  span.end();
}

/** Returns the attributes that have few values. */
function metricAttributes(call: ObservedCall): Attributes {
  const status = call.attempts.at(-1)?.status;
  return {
    "rpc.system.name": "scalekit",
    "rpc.method": call.operation,
    ...(call.host && { "server.address": call.host, "server.port": call.port }),
    ...(status !== undefined && { "http.response.status_code": status }),
    ...("error" in call && { "error.type": call.cancelled ? "cancelled" : errorName(call.error) }),
  };
}
