/** Prices in whole cents. */

export function format(cents) {
  const sign = cents < 0 ? "-" : "";
  const amount = Math.abs(cents);
  return `${sign}${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, "0")}`;
}

export function sum(prices) {
  return prices.reduce((total, price) => total + price, 0);
}
