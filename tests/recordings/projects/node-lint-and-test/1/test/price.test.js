import { describe, expect, test } from "vitest";
import { format, sum } from "../src/price.js";

describe("format", () => {
  test.each([
    [0, "0.00"],
    [5, "0.05"],
    [1250, "12.50"],
    [-5, "-0.05"],
  ])("%i is %s", (cents, text) => {
    expect(format(cents)).toBe(text);
  });
});

test("nothing sums up to nothing", () => {
  expect(sum([])).toBe(0);
});
