import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { PoolStats } from "./pool/pool.js";

/** Figures for Prometheus. They name routes and statuses, never what was asked. */
export interface Metrics {
  /** One answered request. @param ms milliseconds */
  observe(method: string, route: string, status: number, ms: number): void;
  workerDied(): void;
  readonly contentType: string;
  text(): Promise<string>;
  close(): void;
}

export function createMetrics(stats: () => PoolStats): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const seconds = new Histogram({
    name: "vhgm_request_seconds",
    help: "Time to answer, by route and status",
    labelNames: ["method", "route", "status"],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const deaths = new Counter({ name: "vhgm_worker_deaths_total", help: "Workers that ended although nobody asked them to", registers });
  const gauge = (name: string, help: string, value: (stats: PoolStats) => number): Gauge =>
    new Gauge({ name, help, registers, collect() { this.set(value(stats())); } });
  gauge("vhgm_workers", "Workers that have the models open", ({ ready }) => ready);
  gauge("vhgm_requests_waiting", "Requests that wait for a worker", ({ waiting }) => waiting);
  gauge("vhgm_requests_running", "Requests that a worker answers", ({ running }) => running);
  return {
    observe: (method, route, status, ms) => seconds.observe({ method, route, status: String(status) }, ms / 1000),
    workerDied: () => deaths.inc(),
    contentType: registry.contentType,
    text: () => registry.metrics(),
    close: () => registry.clear(),
  };
}
