import { sum } from "./price.js";

export class Shelf {
  #stock = new Map();

  put(article, price, count = 1) {
    const known = this.#stock.get(article) ?? { article, price, count: 0 };
    this.#stock.set(article, { ...known, price, count: known.count + count });
  }

  take(article, count = 1) {
    const item = this.#stock.get(article);
    if (!item || item.count < count) {
      throw new RangeError(`only ${item?.count ?? 0} of ${article} left`);
    }
    this.#stock.set(article, { ...item, count: item.count - count });
    return { article, price: item.price, count };
  }

  count(article) {
    return this.#stock.get(article)?.count ?? 0;
  }
}

export function total(lines) {
  return sum(lines.map((line) => line.price * line.count));
}
