// Parts of time as reports have them: their order, and which of them a period cuts.
import type { ReportAnswer } from "./types";

const TIMES = ["hour", "day", "week", "month", "quarter", "year", "weekday"];

export function isTime(dimension: string): boolean {
  return TIMES.includes(dimension);
}

/** The order of time of what has values of such a dimension; what has none comes last. */
export function inTime<Item>(dimension: string, valueOf: (item: Item) => string | null): (a: Item, b: Item) => number {
  // Hours are written with their offset, so that their texts are not in order where clocks change.
  const when = (value: string) => (dimension === "hour" ? new Date(value).toISOString() : value);
  return (a, b) => {
    const [one, other] = [valueOf(a), valueOf(b)];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    return when(one).localeCompare(when(other), "en");
  };
}

const DAY_MILLISECONDS = 86_400_000;

/** The first day of a longer part of time, with the part's value; null for what no days make. */
function partOf(dimension: string, day: string): { begins: string; value: string } | null {
  const year = day.slice(0, 4);
  const month = Number(day.slice(5, 7));
  switch (dimension) {
    case "week": {
      const date = new Date(`${day}T00:00:00Z`);
      const monday = new Date(date.getTime() - ((date.getUTCDay() + 6) % 7) * DAY_MILLISECONDS).toISOString().slice(0, 10);
      return { begins: monday, value: monday };
    }
    case "month":
      return { begins: `${day.slice(0, 7)}-01`, value: day.slice(0, 7) };
    case "quarter": {
      const quarter = Math.ceil(month / 3);
      return { begins: `${year}-${String(quarter * 3 - 2).padStart(2, "0")}-01`, value: `${year}-Q${quarter}` };
    }
    case "year":
      return { begins: `${year}-01-01`, value: year };
    default:
      return null;
  }
}

function localDay(moment: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(moment);
}

/** Which of the drawn weeks, months, ... the period has only a part of, in a sentence; empty for none. */
export function edgeNote(report: ReportAnswer, dimension: string, drawn: (string | null)[]): string {
  const since = localDay(Date.parse(report.since), report.timeZone);
  const until = localDay(Date.parse(report.until), report.timeZone);
  const first = partOf(dimension, since);
  const last = partOf(dimension, localDay(Date.parse(report.until) - 1, report.timeZone));
  const after = partOf(dimension, until);
  if (!first || !last || !after) return "";
  const cutFirst = first.begins !== since && drawn.includes(first.value);
  const cutLast = after.value === last.value && drawn.includes(last.value);
  if (cutFirst && cutLast) return first.value === last.value ? `The ${dimension} is not whole.` : `The first and the last ${dimension} are not whole.`;
  return cutFirst || cutLast ? `The ${cutFirst ? "first" : "last"} ${dimension} is not whole.` : "";
}
