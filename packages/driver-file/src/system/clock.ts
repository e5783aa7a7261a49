/** Milliseconds from any start, with fractions; never goes back. Given from outside so that tests can set it. */
export type Clock = () => number;
