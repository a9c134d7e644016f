import { useState } from "react";
import { useChange } from "../changes";
import { Choice, Outcome } from "../parts";
import { DELETE_SCHEDULE, EDIT_SCHEDULE, SCHEDULE } from "./documents";
import { FORMATS } from "./ExportSheet";
import { atMoment } from "./format";
import type { Saved } from "./SavedSheet";

export interface Schedule {
  id: string;
  state: string;
  cron: string | null;
  timeZone: string | null;
  format: string | null;
  onRestricted: string | null;
  nextRunAt: string | null;
  lastRunAt: string | null;
  lastError: string | null;
}

const TIMES: { cron: string; label: string }[] = [
  { cron: "0 6 * * *", label: "Every day at 6:00" },
  { cron: "0 6 * * 1", label: "Every Monday at 6:00" },
  { cron: "0 6 1 * *", label: "On the first of each month at 6:00" },
];
const OTHER = "OTHER";
const ZONES = Intl.supportedValuesOf("timeZone");

/** When a report is made as a file by itself, with the rights that its owner has then. */
export function Schedules({ saved, timeZone, changed }: { saved: Saved; timeZone: string | null; changed: () => void }) {
  const [time, setTime] = useState("0 6 * * 1");
  const [cron, setCron] = useState("30 7 * * 1-5");
  const [zone, setZone] = useState(timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [format, setFormat] = useState("CSV");
  const [drop, setDrop] = useState(false);
  const { busy, said, make } = useChange();
  async function begin() {
    const input = { savedReport: saved.id, cron: time === OTHER ? cron : time, timeZone: zone, format, onRestricted: drop ? "DROP" : "FAIL" };
    if (await make(SCHEDULE, input, "Scheduled. You are told by mail when a file is ready.")) changed();
  }
  async function alter(schedule: Schedule, state: string) {
    if (await make(EDIT_SCHEDULE, { reportSchedule: schedule.id, state }, state === "ACTIVE" ? "It goes on." : "It pauses.")) changed();
  }
  async function remove(schedule: Schedule) {
    if (await make(DELETE_SCHEDULE, { reportSchedule: schedule.id }, "The schedule is deleted.")) changed();
  }
  return (
    <section className="stack" aria-label={`Schedules of ${saved.name}`}>
      <h3>Made by itself</h3>
      {(saved.reportSchedules?.nodes ?? []).map((each) => (
        <div key={each.id} className="line">
          <span className="grow">
            {TIMES.find(({ cron: one }) => one === each.cron)?.label ?? <code>{each.cron}</code>}, {each.timeZone?.replaceAll("_", " ")}, as {each.format}
            <span className="faint small">
              {each.state === "PAUSED" ? " pauses" : each.nextRunAt && ` next ${atMoment(each.nextRunAt)}`}
              {each.lastError && `; the last time: ${each.lastError}`}
            </span>
          </span>
          <button type="button" className="button small" disabled={busy} onClick={() => void alter(each, each.state === "PAUSED" ? "ACTIVE" : "PAUSED")}>
            {each.state === "PAUSED" ? "Go on" : "Pause"}
          </button>
          <button type="button" className="button small danger" disabled={busy} onClick={() => void remove(each)}>
            Delete the schedule
          </button>
        </div>
      ))}
      <div className="question">
        <Choice label="When" value={time} change={setTime} options={[...TIMES.map((each) => ({ key: each.cron, label: each.label })), { key: OTHER, label: "At other times" }]} />
        {time === OTHER && (
          <label className="field">
            <span className="label">Minute, hour, day, month, day of the week</span>
            <input className="input" value={cron} onChange={(event) => setCron(event.target.value)} spellCheck={false} />
          </label>
        )}
        <Choice label="Time zone" value={zone} change={setZone} options={[...new Set([zone, "UTC", ...ZONES])].map((key) => ({ key, label: key.replaceAll("_", " ") }))} />
        <Choice label="As" value={format} change={setFormat} options={FORMATS} />
        <button type="button" className="button" disabled={busy} onClick={() => void begin()}>
          Schedule
        </button>
      </div>
      <label className="tick">
        <input type="checkbox" checked={drop} onChange={(event) => setDrop(event.target.checked)} />
        Leave out columns that I may not use any more by then, instead of failing
      </label>
      <Outcome said={said} />
    </section>
  );
}
