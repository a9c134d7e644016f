// Days as people choose them, where they are; the API has moments.

/** No year of five figures: a field without this takes one, and no moment is in it. */
const LAST = "9999-12-31";

/** The day that a moment falls on where the reader is, as a field of a date has it; empty where there is none. */
export function dayOf(moment: string | null | undefined): string {
  if (!moment) return "";
  const at = new Date(moment);
  const parts = [at.getFullYear(), at.getMonth() + 1, at.getDate()];
  return parts.map((part, place) => String(part).padStart(place === 0 ? 4 : 2, "0")).join("-");
}

/** The moment a day begins, where the reader is. */
export function startOf(day: string): string {
  return new Date(`${day}T00:00:00`).toISOString();
}

/** The last moment of a day, where the reader is; `kept` where that is a moment of this day, so that nothing moves by hours. */
export function endOf(day: string, kept: string | null = null): string {
  return kept !== null && dayOf(kept) === day ? kept : new Date(`${day}T23:59:59.999`).toISOString();
}

export function day(moment: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium" }).format(new Date(moment));
}

export function dayAndTime(moment: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(new Date(moment));
}

interface Props {
  label: string;
  value: string;
  change: (day: string) => void;
  required?: boolean;
  className?: string;
}

export function DayField({ label, value, change, required, className = "" }: Props) {
  return (
    <label className={`field ${className}`}>
      <span className="label">{label}</span>
      <input className="input" type="date" max={LAST} value={value} onChange={(event) => change(event.target.value)} required={required} />
    </label>
  );
}

/** What an end does: a look at what a change exposes is a look at today. */
export function Ends({ last, name }: { last: string; name: string }) {
  if (last === "") return null;
  return (
    <p className="soft small">
      {name} has it until the end of {day(endOf(last))}, and loses it then. What a change exposes is told as of today.
    </p>
  );
}
