// @ts-check
/** The channel `scalekit:call`, the log, and OpenTelemetry, with calls of the emulator. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { tracingChannel } from "node:diagnostics_channel";
import { afterEach, beforeEach, test } from "node:test";

import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { ScalekitClient, ScalekitException, ScalekitNotFoundException } from "scalekit-client";
import { ScalekitInstrumentation } from "scalekit-client/opentelemetry";

import { emulator } from "./support/programs.mjs";

/** @import { CallMessage } from "scalekit-client/opentelemetry" */

const GET = "OrganizationService.GetOrganization";
const LOOKUP = "OrganizationService.GetOrganizationByExternalId";
const DELETE = "OrganizationService.DeleteOrganization";
const environment = await emulator();
const { url, clientId, clientSecret, admin, fault } = environment;
// Created for each test: a reset revokes the tokens.
let client = new ScalekitClient(url, clientId, clientSecret);
const channel = tracingChannel("scalekit:call");
const get = (id = "org_1", /** @type {any} */ options = undefined) =>
  client.organization.getOrganization(id, options);
const onceUnavailable = () => fault(GET, { status: 503, retry_after: "0", times: 1 });
const sent = async () => environment.requests(`operation=${GET}`);

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());

/** @type {[event: string, message: CallMessage][]} */
let events = [];
/** @type {any} */
const subscribers = Object.fromEntries(
  ["start", "end", "asyncStart", "asyncEnd", "error"].map((name) => [
    name,
    (/** @type {CallMessage} */ message) => void events.push([name, message]),
  ]),
);
/** @type {(() => void)[]} */
let cleanups = [];

beforeEach(async () => {
  events = [];
  await environment.reset();
  client = new ScalekitClient(url, clientId, clientSecret);
  await admin("POST", "seed", {
    organizations: [{ id: "org_1", display_name: "Acme", external_id: "ext_1" }],
  });
});
afterEach(() => {
  cleanups.forEach((cleanup) => cleanup());
  cleanups = [];
});

function subscribe() {
  channel.subscribe(subscribers);
  cleanups.push(() => channel.unsubscribe(subscribers));
}

/** Creates an instrumentation. Its spans and metrics are stored in memory. */
function instrument() {
  const spans = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(spans)],
  });
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e8 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const instrumentation = new ScalekitInstrumentation({ tracerProvider, meterProvider });
  cleanups.push(() => {
    instrumentation.disable();
    void meterProvider.shutdown();
  });
  return {
    instrumentation,
    tracer: tracerProvider.getTracer("test"),
    spans: () => spans.getFinishedSpans(),
    async points() {
      await meterProvider.forceFlush();
      const [metric] = exporter.getMetrics()[0]?.scopeMetrics[0]?.metrics ?? [];
      assert.ok(metric);
      const { name, unit } = metric.descriptor;
      assert.deepEqual([name, unit], ["rpc.client.call.duration", "s"]);
      return /** @type {any[]} */ (metric.dataPoints);
    },
  };
}

/** The last call of the only message. */
function call() {
  assert.equal(new Set(events.map(([, message]) => message)).size, 1);
  const last = events[0]?.[1].calls?.at(-1);
  assert.ok(last);
  return last;
}

test("a repeated call is published", async () => {
  subscribe();
  await onceUnavailable();
  await get();
  assert.deepEqual(
    events.map(([name]) => name),
    ["start", "end", "asyncStart", "asyncEnd"],
  );
  const { attempts, durationMs, ...fields } = call();
  const { hostname, port } = new URL(url);
  assert.deepEqual(fields, {
    operation: GET,
    method: "GET",
    host: hostname,
    port: Number(port),
    cancelled: false,
  });
  const requests = await sent();
  assert.deepEqual(
    attempts.map(({ number, status, requestId }) => [number, status, requestId]),
    [
      [1, 503, requests[0].request_id],
      [2, 200, requests[1].request_id],
    ],
  );
  assert.deepEqual(
    attempts.map(({ error, waitMs }) => [error !== undefined, waitMs !== undefined]),
    [
      [true, true],
      [false, false],
    ],
  );
  assert.ok(durationMs >= attempts.reduce((sum, attempt) => sum + attempt.durationMs, 0));
});

test("a repeated call is a span and a metric, and its requests continue the trace", async () => {
  const { tracer, spans, points } = instrument();
  await onceUnavailable();
  const parent = tracer.startSpan("parent");
  await context.with(trace.setSpan(context.active(), parent), () => get());
  const [span] = spans();
  assert.ok(span);
  assert.deepEqual([span.name, span.kind, span.status.code], [GET, SpanKind.CLIENT, 0]);
  assert.equal(span.parentSpanContext?.spanId, parent.spanContext().spanId);
  const { hostname, port } = new URL(url);
  const attributes = {
    "rpc.system.name": "scalekit",
    "rpc.method": GET,
    "server.address": hostname,
    "server.port": Number(port),
    "http.response.status_code": 200,
  };
  const requests = await sent();
  assert.deepEqual(span.attributes, {
    ...attributes,
    "http.request.method": "GET",
    "http.request.resend_count": 1,
    "scalekit.request_id": requests[1].request_id,
  });
  assert.deepEqual(
    span.events.map(({ attributes }) => attributes?.["http.response.status_code"]),
    [503, 200],
  );
  const { traceId, spanId } = span.spanContext();
  for (const { headers } of requests) {
    assert.match(headers.traceparent, new RegExp(`^00-${traceId}-${spanId}-0[13]$`));
  }
  const [point] = await points();
  assert.deepEqual([point.attributes, point.value.count], [attributes, 1]);
  assert.ok(point.value.sum > 0 && point.value.sum < 10);
  assert.deepEqual(point.value.buckets.boundaries.slice(0, 2), [0.005, 0.01]);
});

test("a failed call", async () => {
  subscribe();
  const { spans, points } = instrument();
  const failure = await get("org_2").catch((error) => error);
  assert.ok(failure instanceof ScalekitNotFoundException);
  // The stack contains the caller.
  assert.match(String(failure.stack), /observability\.test\.mjs/);
  assert.deepEqual(
    events.map(([name]) => name),
    ["start", "end", "error", "asyncStart", "asyncEnd"],
  );
  assert.equal(call().error, failure);
  assert.equal(events[0]?.[1].error, failure);
  assert.equal(call().attempts[0]?.status, 404);
  const [span] = spans();
  assert.deepEqual(span?.status, { code: SpanStatusCode.ERROR, message: failure.message });
  assert.equal(span?.attributes["error.type"], "ScalekitNotFoundException");
  assert.equal((await points())[0].attributes["error.type"], "ScalekitNotFoundException");
});

test("a call that is not sent", async () => {
  subscribe();
  await assert.rejects(get(".."), ScalekitException);
  const { durationMs, error, ...fields } = call();
  assert.deepEqual(fields, { operation: GET, attempts: [], cancelled: false });
  assert.ok(error instanceof ScalekitException && durationMs > 0);
});

test("the lookup of an external id is another call", async () => {
  subscribe();
  const { spans, points } = instrument();
  await client.organization.deleteOrganizationByExternalId("ext_1");
  assert.deepEqual(
    events[0]?.[1].calls?.map(({ operation }) => operation),
    [LOOKUP, DELETE],
  );
  assert.deepEqual(
    spans().map(({ name }) => name),
    [DELETE],
  );
  assert.deepEqual(
    spans()[0]?.events.map(({ attributes }) => attributes?.["rpc.method"]),
    [LOOKUP, DELETE],
  );
  assert.equal((await points()).length, 2);
});

test("a cancelled call", async () => {
  subscribe();
  const { spans } = instrument();
  await fault(GET, { delay_ms: 20_000 });
  const reason = await get("org_1", { signal: AbortSignal.timeout(300) }).catch((error) => error);
  assert.equal(reason.name, "TimeoutError");
  const { cancelled, durationMs, error } = call();
  assert.deepEqual([cancelled, error], [true, reason]);
  assert.ok(durationMs > 100 && durationMs < 10_000);
  assert.equal(spans()[0]?.attributes["error.type"], "cancelled");
  assert.equal(spans()[0]?.status.code, SpanStatusCode.ERROR);
});

test("no secret is observed", async () => {
  subscribe();
  const { spans, points } = instrument();
  await onceUnavailable();
  await get();
  const token = await client.getClientAccessToken();
  const requested = (await sent()).length;
  await fault(GET, { status: 400, body: `${clientSecret} ${token}` });
  await assert.rejects(get(), ScalekitException);
  assert.equal((await sent()).length, requested + 1);
  const written = JSON.stringify([
    events.map(([, message]) => [message, String(message.error)]),
    spans().map(({ attributes, events, status }) => [attributes, events, status]),
    await points(),
  ]);
  assert.ok(written.includes(GET));
  for (const secret of [clientSecret, token, token.split(".").at(-1) ?? "", "Bearer"]) {
    assert.ok(!written.includes(secret), secret);
  }
});

test("an instrumentation can be disabled and enabled", async () => {
  const { instrumentation, spans } = instrument();
  assert.equal(instrumentation.getConfig().enabled, true);
  instrumentation.disable();
  await get();
  assert.equal(spans().length, 0);
  instrumentation.enable();
  instrumentation.enable();
  await get();
  assert.equal(spans().length, 1);
});

const PROGRAM = `
  const { ScalekitClient } = require("scalekit-client");
  const client = ScalekitClient.fromEnv();
  ScalekitClient.fromEnv();
  client.organization.getOrganization("org_1").then(() => {
    const loaded = Object.keys(require.cache).join();
    console.log([/opentelemetry/, /runtime.observation/].map((name) => name.test(loaded)).join());
  });`;

for (const setting of ["debug", undefined]) {
  test(`SCALEKIT_LOG=${setting ?? ""}`, async () => {
    await onceUnavailable();
    const result = spawnSync(process.execPath, ["-e", PROGRAM], {
      cwd: import.meta.dirname,
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"],
        SCALEKIT_ENVIRONMENT_URL: url,
        SCALEKIT_CLIENT_ID: clientId,
        SCALEKIT_CLIENT_SECRET: clientSecret,
        ...(setting && { SCALEKIT_LOG: setting }),
      },
    });
    assert.equal(result.status, 0, result.stderr);
    assert.equal(result.stdout, `false,${setting === "debug"}\n`);
    const lines = result.stderr.split("\n").slice(0, -1);
    if (setting === undefined) {
      assert.deepEqual(lines, []);
      return;
    }
    const [first, second, call] = lines;
    const [one, two] = (await sent()).map((/** @type {any} */ request) => request.request_id);
    assert.equal(lines.length, 3);
    assert.match(String(first), /^\S+Z scalekit DEBUG OrganizationService.GetOrganization attempt/);
    assert.match(String(first), new RegExp(`attempt 1: 503 in .*, request ${one}, retry in 0\\.`));
    assert.match(String(second), new RegExp(`attempt 2: 200 in .*, request ${two}$`));
    assert.match(String(call), / succeeded in \d+\.\d ms, attempts: 2$/);
    assert.ok(!result.stderr.includes(clientSecret));
  });
}

test("a call that is not observed costs less than one percent", async () => {
  const require = (await import("node:module")).createRequire(import.meta.url);
  /** @type {typeof import("../lib/runtime/diagnostics.js")} */
  const { published } = require("scalekit-client/lib/runtime/diagnostics");
  const run = () => Promise.resolve(undefined);
  const least = async (/** @type {() => unknown} */ repeated, /** @type {number} */ count) => {
    let best = Infinity;
    for (let round = 0; round < 5; round += 1) {
      const start = performance.now();
      for (let index = 0; index < count; index += 1) {
        await repeated();
      }
      best = Math.min(best, (performance.now() - start) / count);
    }
    return best;
  };
  const calls = await least(() => get(), 20);
  const check = await least(() => {
    for (let index = 0; index < 1000; index += 1) {
      published(GET, undefined, run);
    }
  }, 10);
  assert.ok(check / 1000 < calls / 100, `${check / 1000} ms of ${calls} ms`);
});
