/** Reading what stands behind the question mark of an address. */
import { z } from "@hono/zod-openapi";
import { checked } from "./body.js";
import type { C } from "./handlers.js";

/** Reads all parameters but `model`, which chooses whom to ask. @throws Refusal 422 for one that the schema does not allow */
export function readQuery<T extends z.ZodType>(c: C, schema: T): z.output<T> {
  const rest = { ...c.req.query() };
  delete rest.model; // read by chosenModel
  return checked(rest, schema, (path) => `?${String(path[0])}`);
}

const nothing = z.strictObject({});

/** @throws Refusal 422 if there is any parameter but `model` */
export const refuseQuery = (c: C): void => void readQuery(c, nothing);
