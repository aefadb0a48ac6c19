/** A ratio measured in several pairs of runs, and the bounds within which it lies with a probability of 95 %. */
export interface Interval {
  readonly ratio: number;
  readonly lower: number;
  readonly upper: number;
  readonly pairs: number;
}

/**
 * Uses the geometric mean: ratios multiply, so their logarithms are distributed evenly. The bounds come from Student's
 * t distribution, because there are few pairs.
 */
export function intervalOf(ratios: readonly number[]): Interval {
  const logs = ratios.map(Math.log);
  const pairs = logs.length;
  const mean = sum(logs) / pairs;
  const variance = sum(logs.map((log) => (log - mean) ** 2)) / (pairs - 1);
  const reach = tQuantile(pairs - 1) * Math.sqrt(variance / pairs);
  return { ratio: Math.exp(mean), lower: Math.exp(mean - reach), upper: Math.exp(mean + reach), pairs };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** The 97.5 % quantiles for 1 to 30 degrees of freedom, to three digits. */
const quantiles: readonly number[] = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** Beyond the table, its last entry, which is a little too wide. */
const tQuantile = (degrees: number): number => quantiles[Math.min(degrees, quantiles.length) - 1] as number;
