import { expect, test } from "vitest";
import { isRare, repeatsPeople } from "./whereWarnings.js";

test("warnings are for conditions that hardly anybody meets, and for rows of which fewer than half are independent", () => {
  expect([9e-5, 1e-4, NaN].map((share) => isRare({ share }))).toEqual([true, false, false]);
  expect([49, 50].map((effective) => repeatsPeople({ exact: false, effective }, 100))).toEqual([true, false]);
  expect(repeatsPeople({ exact: true, effective: 10 }, 100)).toBe(false);
});
