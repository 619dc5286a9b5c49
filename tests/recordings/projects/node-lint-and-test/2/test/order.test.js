import { describe, expect, test } from "vitest";
import { Shelf, discount, total } from "../src/order.js";

describe("shelf", () => {
  test("what is taken is gone", () => {
    const shelf = new Shelf();
    shelf.put("tea", 240, 3);
    shelf.take("tea", 2);
    expect(shelf.count("tea")).toBe(1);
  });

  test("no more can be taken than there is", () => {
    const shelf = new Shelf();
    shelf.put("tea", 240);
    expect(() => shelf.take("tea", 2)).toThrow("only 1 of tea left");
  });
});

describe("discount", () => {
  test.each([
    [9, 0],
    [10, 120],
    [50, 1440],
  ])("%i teas save %i", (count, saved) => {
    expect(discount({ article: "tea", price: 240, count })).toBe(saved);
  });
});

describe("total", () => {
  test("lines count by their number", () => {
    expect(total([{ article: "tea", price: 240, count: 2 }])).toBe(480);
  });

  test("a total is in whole cents", () => {
    const lines = [
      { article: "tea", price: 240, count: 2 },
      { article: "clip", price: 5, count: 11 },
    ];
    expect({ lines: lines.length, total: total(lines) }).toEqual({ lines: 2, total: 532 });
  });
});
