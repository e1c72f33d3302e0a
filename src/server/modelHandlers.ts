/** Routes that tell of the models: what they know, and how well. */
import type { z } from "@hono/zod-openapi";
import { Refusal } from "./api/problem.js";
import { attributesQuery, type predictionSchema } from "./api/schemas.js";
import type { Answers } from "./answers.js";
import { chosenModel, type AttributeEntry, type ServedModel } from "./catalogue.js";
import type { Handlers } from "./handlers.js";
import { readQuery, refuseQuery } from "./query.js";

/** @param models the first one is the default */
export function modelHandlers(models: readonly ServedModel[], answers: Answers): Handlers<"models" | "model" | "bundle" | "attributes" | "attribute" | "marginals"> {
  const marginalOf = createMarginals(answers);
  return {
    models(c) {
      refuseQuery(c);
      return c.json({ models: models.map(({ name, summary }, k) => ({ name, default: k === 0, attributes: summary.attributes, rows: Number(summary.card.rows) })) });
    },
    model(c) {
      refuseQuery(c);
      return c.json(chosenModel(models, c).summary);
    },
    bundle(c) {
      refuseQuery(c);
      const { name, bytes, summary } = chosenModel(models, c);
      if (!summary.downloadable) throw new Refusal(403, "not-given", "The model holds cells of real people, so its file is not given away.");
      return new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { "content-type": "application/octet-stream", "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}.vhgm` } });
    },
    attributes: (c) => c.json(chosenModel(models, c).search(readQuery(c, attributesQuery))),
    async attribute(c) {
      refuseQuery(c);
      const model = chosenModel(models, c);
      const name = c.req.param("name")!;
      const entry = model.find(name);
      if (!entry) throw new Refusal(404, "unknown-attribute", `The model has no attribute '${name}'; /v1/attributes?search=… finds those that it has.`);
      return c.json({ ...entry, marginal: await marginalOf(model, entry) });
    },
    marginals(c) {
      refuseQuery(c);
      return c.json(chosenModel(models, c).marginals ?? null);
    },
  };
}

/** Distributions where nothing is given: each is asked for once and kept. Null for attributes of which nothing was learned. */
function createMarginals(answers: Answers): (model: ServedModel, entry: AttributeEntry) => Promise<unknown> {
  const kept = new Map<string, Promise<unknown>>();
  const ask = async (model: string, name: string): Promise<unknown> => {
    const bytes = await answers.whole(undefined, { model, kind: "predict", given: {}, options: { ask: [name] } });
    return (JSON.parse(Buffer.from(bytes).toString()) as z.infer<typeof predictionSchema>).answers[0];
  };
  return (model, { name, learned }) => {
    const place = JSON.stringify([model.name, name]);
    const known = kept.get(place);
    if (known) return known;
    const found = learned ? ask(model.name, name) : Promise.resolve(null);
    kept.set(place, found);
    found.catch(() => kept.delete(place));
    return found;
  };
}
