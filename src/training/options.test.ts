import { expect, test } from "vitest";
import { bestOptions, resolveOptions, trainingDefaults } from "./options.js";

test("what is left open depends on the table; what is given stays", () => {
  const narrow = resolveOptions(trainingDefaults, { columns: 20, features: 60 });
  const middling = resolveOptions(trainingDefaults, { columns: 100, features: 300 });
  const wide = resolveOptions(trainingDefaults, { columns: 900, features: 2000 });
  expect([narrow.network, middling.network, wide.network]).toEqual(["transformer", "mlp", "mlp"]);
  expect(wide.width).toBeGreaterThan(middling.width);
  const given = resolveOptions({ ...trainingDefaults, ...bestOptions, network: "mlp", width: 24, epochs: 3, learningRate: 0.5 }, { columns: 20, features: 60 });
  expect([narrow.extension > 1, resolveOptions({ ...trainingDefaults, epochs: 3 }, { columns: 20, features: 60 }).extension]).toEqual([true, 1]);
  expect(given).toMatchObject({ network: "mlp", width: 24, epochs: 3, learningRate: 0.5, members: bestOptions.members, weightDecay: middling.weightDecay });
});

test("a transformer of too many tokens becomes an MLP", () => {
  expect(resolveOptions({ ...trainingDefaults, network: "transformer" }, { columns: 900, features: 2000 }).network).toBe("mlp");
  expect(resolveOptions(trainingDefaults, { columns: 1900, features: 5000 }).network).toBe("set");
  expect(resolveOptions({ ...trainingDefaults, latent: "flat" }, { columns: 1900, features: 5000 }).network).toBe("mlp");
  expect(() => resolveOptions({ ...trainingDefaults, network: "set", latent: "flat" }, { columns: 900, features: 2000 })).toThrow("The set encoder has no latent");
});

test("a width that the heads cannot share is refused", () => {
  expect(() => resolveOptions({ ...trainingDefaults, network: "transformer", width: 50, heads: 4 }, { columns: 10, features: 20 })).toThrow(
    "The transformer's width 50 cannot be shared by 4 heads; width must be a multiple of heads.",
  );
  expect(resolveOptions({ ...trainingDefaults, network: "mlp", width: 50, heads: 4 }, { columns: 10, features: 20 }).width).toBe(50);
});
