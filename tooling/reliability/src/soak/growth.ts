/** How much something has grown, from many samples that go up and down. */

export interface Sample {
  readonly seconds: number;
  readonly bytes: number;
}

export interface Growth {
  /** Of the line through the samples, by least squares, from the first moment to the last. */
  readonly bytes: number;
  readonly bytesPerMinute: number;
}

/** The growth over the second half of the time, when what a program needs once has been had. */
export function growthOfSecondHalf(samples: readonly Sample[]): Growth {
  const end = samples.at(-1)?.seconds ?? 0;
  const half = samples.filter(({ seconds }) => seconds >= end / 2);
  const count = half.length;
  const [first, last] = [half[0], half.at(-1)];
  if (first === undefined || last === undefined || count < 2) {
    return { bytes: 0, bytesPerMinute: 0 };
  }
  const middle = half.reduce((sum, { seconds }) => sum + seconds, 0) / count;
  const mean = half.reduce((sum, { bytes }) => sum + bytes, 0) / count;
  let covariance = 0;
  let variance = 0;
  for (const { seconds, bytes } of half) {
    covariance += (seconds - middle) * (bytes - mean);
    variance += (seconds - middle) ** 2;
  }
  const perSecond = covariance / variance;
  return { bytes: perSecond * (last.seconds - first.seconds), bytesPerMinute: perSecond * 60 };
}
