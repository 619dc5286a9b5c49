import { format, sum } from "./price.js";

const STEPS = [
  { from: 10, percent: 5 },
  { from: 50, percent: 12 },
];

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

export function discount(line) {
  let step = STEPS.find((step) => line.count >= step.from);
  if (step == undefined) {
    return 0;
  }
  return (line.price * line.count * step.percent) / 100;
}

export function total(lines) {
  return sum(lines.map((line) => line.price * line.count - discount(line)));
}
