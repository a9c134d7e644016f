import { useState } from "react";
import { ask } from "../api";
import { useChange } from "../changes";
import { Icon } from "../icons";
import { Blank, Bones, Failed, Outcome } from "../parts";
import { Sheet, Sure } from "../Sheet";
import { asApiError, useAsk } from "../useAsk";
import { definitionOf } from "./definition";
import { DELETE_SAVED, OPEN, SAVED } from "./documents";
import { withNames } from "./names";
import { Schedules, type Schedule } from "./Schedules";
import { Shares } from "./Shares";
import type { Definition } from "./types";

export interface Saved {
  id: string;
  name: string;
  lens: string | null;
  owner: { id: string; name: string } | null;
  organization: { id: string; name: string } | null;
  reportSchedules: { nodes: Schedule[] } | null;
}

interface Page {
  savedReports: { nodes: Saved[]; pageInfo: { hasNextPage: boolean } } | null;
}

export interface MayKeep {
  user: { id: string; timeZone: string | null } | null;
  save: boolean;
  saved: boolean;
  exports: boolean;
  schedule: boolean;
  metrics: boolean;
  people: boolean;
  request: boolean;
}

export interface Place {
  id: string;
  name: string;
}

interface Props {
  may: MayKeep;
  /** The organization whose reports are looked at, if they are one's. */
  organization: Place | null;
  open: (definition: Definition, name: string) => void;
  close: () => void;
}

interface Opened {
  openReport: { input: string | null; columns: { key: string | null; available: boolean; reason: string | null }[] } | null;
}

/** Which columns those are, as far as they may be known. */
function lacking(opened: Opened["openReport"]): string {
  const known = (opened?.columns ?? []).flatMap(({ key, available, reason }) => (key && !available ? [`${key}${reason ? ` (${reason})` : ""}`] : []));
  return known.length > 0 ? `: ${known.join(", ")}` : "";
}

/** Saved reports, one's own and those that others share: opened, shared, scheduled, deleted. */
export function SavedSheet({ may, organization, open, close }: Props) {
  const { data, error, again } = useAsk<Page>(SAVED, { after: null });
  const [unfolded, setUnfolded] = useState<string | null>(null);
  const { busy, said, say, make } = useChange();
  const nodes = data?.savedReports?.nodes ?? [];
  async function look(saved: Saved) {
    say(null);
    try {
      const { openReport } = await ask<Opened>(OPEN, { id: saved.id });
      if (openReport?.input) open(await withNames(definitionOf(openReport.input, saved.id)), saved.name);
      else say({ text: `“${saved.name}” names something that is not there for you${lacking(openReport)}. Ask ${saved.owner?.name ?? "its owner"} what it needs.`, bad: true });
    } catch (failed) {
      say({ text: asApiError(failed).message, bad: true });
    }
  }
  async function remove(saved: Saved) {
    if (await make(DELETE_SAVED, { savedReport: saved.id }, `“${saved.name}” is deleted.`)) again();
  }
  return (
    <Sheet title="Saved reports" close={close}>
      {error && <Failed error={error} again={again} />}
      {!data && !error && <Bones lines={5} />}
      <Outcome said={said} />
      {data && nodes.length === 0 && (
        <Blank icon="reports" title="Nothing is saved yet">
          <p>Build a report and save it: then it can be opened again, shared and scheduled. Whoever it is shared with sees it with their own rights.</p>
        </Blank>
      )}
      {nodes.length > 0 && (
        <ul className="card kept">
          {nodes.map((saved) => {
            const mine = saved.owner?.id === may.user?.id;
            const unfold = unfolded === saved.id;
            return (
              <li key={saved.id} className="saved">
                <span className="grow">
                  <button type="button" className="link" onClick={() => void look(saved)}>
                    {saved.name}
                  </button>
                  <span className="faint small">
                    {mine ? "yours" : `from ${saved.owner?.name ?? "somebody"}`}
                    {saved.organization && `, shared with ${saved.organization.name}`}
                    {(saved.reportSchedules?.nodes.length ?? 0) > 0 && ", scheduled"}
                  </span>
                </span>
                <button type="button" className="button small" aria-expanded={unfold} aria-label={`${mine ? "Share and schedule" : "Schedule"} ${saved.name}`} onClick={() => setUnfolded(unfold ? null : saved.id)}>
                  {mine ? "Share and schedule" : "Schedule"} <Icon name={unfold ? "up" : "down"} />
                </button>
                {unfold && (
                  <div className="saved-more">
                    {mine && <Shares saved={saved} organization={organization} people={may.people} changed={again} />}
                    {may.schedule && <Schedules saved={saved} timeZone={may.user?.timeZone ?? null} changed={again} />}
                    {mine && <Sure label="Delete" question={`Delete “${saved.name}” with its schedules?`} disabled={busy} act={() => void remove(saved)} />}
                  </div>
                )}
              </li>
            );
          })}
        </ul>
      )}
      {data?.savedReports?.pageInfo.hasNextPage && <p className="faint small">These are the first 40 by name.</p>}
    </Sheet>
  );
}
