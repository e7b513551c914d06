// Exact sums, and equality of results: doubles would make 0.1 + 0.2 differ from 0.3.

const parts = (number) => {
  const [digits, exponent = "0"] = String(number).split("e");
  const [whole, fraction = ""] = digits.split(".");
  return { digits: BigInt(whole + fraction), scale: fraction.length - Number(exponent) };
};

export const sum = (numbers) => {
  const all = numbers.map(parts);
  const scale = Math.max(0, ...all.map((each) => each.scale));
  const total = all.reduce((t, each) => t + each.digits * 10n ** BigInt(scale - each.scale), 0n);
  return Number(`${total}e-${scale}`);
};

export const equal = (a, b) => JSON.stringify(a) === JSON.stringify(b);
