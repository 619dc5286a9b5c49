import { describe, expect, test } from "vitest";
import { Shelf, total } from "../src/order.js";

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

describe("total", () => {
  test("lines count by their number", () => {
    expect(total([{ article: "tea", price: 240, count: 2 }])).toBe(480);
  });
});
