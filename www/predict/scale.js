// A numeric feature on a line: where a value stands among the training rows.

/** Places of a slider over a feature of many values. */
const PLACES = 200;
/** A feature with at most so many different quantiles takes these values only. */
const FEW = 24;

/**
 * The line of a feature with these quantiles: places from 0 to `places`, and
 * `value` and `place` from one to the other. Equal ways hold about as many
 * training rows each, so that a long tail does not leave the rest a corner.
 */
export function scaleOf(quantiles) {
  const knots = [...new Set(quantiles)];
  const [least, most] = [knots[0], knots.at(-1)];
  const whole = knots.every(Number.isInteger);
  const last = knots.length - 1;

  /** The place among the knots, as a number from 0 to `last`. */
  const among = (value) => {
    if (!(value > least)) return 0;
    if (value >= most) return last;
    const above = knots.findIndex((knot) => knot > value);
    return above - 1 + (value - knots[above - 1]) / (knots[above] - knots[above - 1]);
  };
  const line = { least, most, whole, middle: quantiles[quantiles.length >> 1] };
  if (last < FEW) {
    return { ...line, places: last, value: (place) => knots[Math.round(place)], place: among };
  }
  if (whole && most - least <= PLACES) {
    return { ...line, places: most - least, value: (place) => least + Math.round(place), place: (value) => Math.min(Math.max(value, least), most) - least };
  }
  const value = (place) => {
    const at = (place / PLACES) * last;
    const below = Math.min(Math.floor(at), last - 1);
    const between = knots[below] + (at - below) * (knots[below + 1] - knots[below]);
    return whole ? Math.round(between) : between;
  };
  return { ...line, places: PLACES, value, place: (given) => (among(given) / last) * PLACES };
}

/** Writes numbers between `least` and `most`, to about a thousandth of the way. */
export function formatOf({ least, most, whole }, language) {
  const needed = Math.round(-Math.log10((most - least) / 1000));
  const constant = !Number.isFinite(needed);
  const digits = whole ? 0 : constant ? 3 : Math.min(Math.max(needed, 0), 20);
  return numberFormat(language, {
    minimumFractionDigits: constant ? 0 : digits,
    maximumFractionDigits: digits,
    useGrouping: Math.abs(most) >= 10_000, // years have no separator
  });
}

/** How the page's language writes numbers. */
export function numberFormat(language, style) {
  try {
    return new Intl.NumberFormat(language, style);
  } catch {
    return new Intl.NumberFormat(undefined, style); // the page's lang is none
  }
}
