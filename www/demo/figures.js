// How the shop writes numbers.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const currency = document.querySelector('[currency]')?.getAttribute('currency');
const price = new Intl.NumberFormat('en', currency ? { style: 'currency', currency } : { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const formatCount = (count) => whole.format(count);

export const formatRating = (rating) => (rating == null ? '' : `★ ${rating.toFixed(1)}`);

export const formatPrice = (amount) => (amount == null ? '' : price.format(amount));

/** Decimal units, as browsers' network panels use. */
export function formatBytes(bytes) {
  if (bytes < 1000) return `${whole.format(bytes)} bytes`;
  return bytes < 1e6 ? `${fine.format(bytes / 1e3)} KB` : `${fine.format(bytes / 1e6)} MB`;
}

export const formatTime = (milliseconds) => `${milliseconds < 100 ? fine.format(milliseconds) : whole.format(milliseconds)} ms`;

export const formatShare = (share) => `${(share * 100).toFixed(1)} %`;
