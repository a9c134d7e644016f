// Numbers as people read them. They come as exact decimals in texts, and are rounded only to be shown.
import type { Unit } from "./types";

const made = new Map<string, Intl.NumberFormat>();

function formatter(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const found = made.get(key) ?? new Intl.NumberFormat(undefined, options);
  made.set(key, found);
  return found;
}

export function shown(value: string | null, unit: Unit, currency: string | null, short = false): string {
  if (value === null) return "–";
  const number = Number(value);
  // On an axis: no more digits than tell one line from the next.
  const compact: Intl.NumberFormatOptions = !short
    ? {}
    : Math.abs(number) >= 10_000
      ? { notation: "compact", minimumFractionDigits: 0, maximumFractionDigits: 1 }
      : Math.abs(number) >= 10 || number === 0
        ? { minimumFractionDigits: 0, maximumFractionDigits: 0 }
        : {};
  const key = `${unit}${currency}${JSON.stringify(compact)}`;
  switch (unit) {
    case "MONEY":
      return formatter(key, currency ? { style: "currency", currency, ...compact } : { minimumFractionDigits: 2, maximumFractionDigits: 2, ...compact }).format(number);
    case "PERCENT":
      return formatter(key, { style: "percent", maximumFractionDigits: 2, minimumFractionDigits: short ? 0 : 2 }).format(number);
    case "SECONDS":
      return duration(number);
    case "COUNT":
      return formatter(key, { maximumFractionDigits: 0, ...compact }).format(number);
    default:
      return formatter(key, { maximumFractionDigits: 2, ...compact }).format(number);
  }
}

function duration(seconds: number): string {
  const parts: [number, string][] = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const at = parts.findIndex(([size]) => seconds >= size);
  if (at < 0) return "0 s";
  return parts
    .slice(at, at + 2)
    .map(([size, name], index) => `${Math.floor((index === 0 ? seconds : seconds % (parts[at]?.[0] ?? 1)) / size)} ${name}`)
    .join(" ");
}

/** How much a value changed, in percent; null where that says nothing. */
export function change(now: string | null, before: string | null): number | null {
  if (now === null || before === null || Number(before) === 0) return null;
  return ((Number(now) - Number(before)) / Math.abs(Number(before))) * 100;
}

/** A moment by the clock of the browser's place. */
export function atMoment(moment: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(new Date(moment));
}
