import { useState } from "react";
import { useChange } from "../../changes";
import { Icon } from "../../icons";
import { Outcome } from "../../parts";
import { Sheet } from "../../Sheet";
import { useAsk } from "../../useAsk";
import { day } from "../days";
import { ExposedFoot } from "../exposure/ExposedFoot";
import { useExposed } from "../exposure/exposed";
import { WhatItExposes } from "../exposure/WhatItExposes";
import type { Somebody } from "../People";
import { AssignmentEditor } from "./AssignmentEditor";
import { REINSTATE, STAFF, SUSPEND, UNASSIGN_MANAGER } from "./staffDocuments";

interface Assignment {
  id: string;
  expiresAt: string | null;
  affiliateAccount: { name: string } | null;
  advertiserProfile: { name: string } | null;
}

interface Answer {
  viewer: { version: number | null; manage: boolean; suspend: boolean };
  node: { id: string; status: string } | null;
  managerAssignments: { nodes: Assignment[]; pageInfo: { hasNextPage: boolean } } | null;
}

type Opened = { kind: "assign" | "suspend" } | { kind: "unassign"; assignment: Assignment };

/** What somebody of the staff manages, and whether he may come in at all. */
export function Staff({ person }: { person: Somebody }) {
  const { data, again } = useAsk<Answer>(STAFF, { user: person.id });
  const [opened, setOpened] = useState<Opened | null>(null);
  const { busy, said, say, make } = useChange();
  if (!data?.node) return null;
  const { viewer, node } = data;
  const suspended = node.status === "SUSPENDED";
  const assignments = data.managerAssignments?.nodes ?? [];
  if (!viewer.manage && !viewer.suspend && assignments.length === 0) return null;
  const at = { user: person.id, version: viewer.version ?? undefined };
  const close = () => setOpened(null);
  function saved(text: string) {
    close();
    say({ text, bad: false });
    again();
  }
  async function reinstate() {
    if (await make(REINSTATE, at, `${person.name} has back what was held before.`)) again();
  }
  return (
    <>
      <Outcome said={said} />
      <section className="stack" aria-label={`What ${person.name} manages`}>
        <div className="line">
          <h3 className="grow">Assigned as manager</h3>
          {viewer.manage && (
            <button type="button" className="button" onClick={() => setOpened({ kind: "assign" })}>
              <Icon name="plus" /> Assign
            </button>
          )}
        </div>
        {assignments.length === 0 && <p className="faint small">To no account and no advertiser that you see.</p>}
        {assignments.length > 0 && (
          <ul className="card entries assigned">
            {assignments.map((each) => (
              <li key={each.id}>
                <p className="grow">
                  {nameOf(each)} <span className="faint small">{each.affiliateAccount ? "account" : "advertiser"}</span>
                  {each.expiresAt && <span className="faint small">, until {day(each.expiresAt)}</span>}
                </p>
                {viewer.manage && (
                  <button type="button" className="button small" aria-label={`Unassign ${nameOf(each)}`} onClick={() => setOpened({ kind: "unassign", assignment: each })}>
                    Unassign
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
        {data.managerAssignments?.pageInfo.hasNextPage && <p className="faint small">These are the first 100.</p>}
      </section>
      {viewer.suspend && (
        <section className="line" aria-label={`Whether ${person.name} may come in`}>
          <p className="grow soft">{suspended ? `${person.name} is suspended: no session, key or share works.` : "Suspending ends every session, and no key works until it is taken back."}</p>
          {suspended ? (
            <button type="button" className="button" disabled={busy} onClick={() => void reinstate()}>
              Reinstate
            </button>
          ) : (
            <button type="button" className="button danger" onClick={() => setOpened({ kind: "suspend" })}>
              Suspend
            </button>
          )}
        </section>
      )}
      {opened?.kind === "assign" && <AssignmentEditor person={person} close={close} saved={saved} />}
      {opened?.kind === "unassign" && (
        <Taking
          title={`${person.name} and ${nameOf(opened.assignment)}`}
          button="Unassign"
          document={UNASSIGN_MANAGER}
          input={{ assignment: opened.assignment.id }}
          exposure="unassignManager"
          done={`${person.name} does not manage ${nameOf(opened.assignment)} any more.`}
          close={close}
          saved={saved}
        />
      )}
      {opened?.kind === "suspend" && (
        <Taking title={`Suspend ${person.name}`} button="Suspend" document={SUSPEND} input={at} exposure="suspendUser" done={`${person.name} is suspended.`} close={close} saved={saved} />
      )}
    </>
  );
}

function nameOf({ affiliateAccount, advertiserProfile }: Assignment): string {
  return affiliateAccount?.name ?? advertiserProfile?.name ?? "something that you do not see";
}

interface TakingProps {
  title: string;
  button: string;
  document: string;
  input: object;
  /** What the change is called where it is asked what it exposes. */
  exposure: string;
  done: string;
  close: () => void;
  saved: (text: string) => void;
}

/** Access that is taken at once: what is lost with it stands before the button. */
function Taking({ title, button, document, input, exposure, done, close, saved }: TakingProps) {
  const exposed = useExposed({ [exposure]: input });
  const { busy, said, make } = useChange();
  async function take() {
    if (await make(document, input, done)) saved(done);
  }
  return (
    <Sheet
      title={title}
      close={close}
      foot={<ExposedFoot exposed={exposed} button={button} danger disabled={busy} act={take} close={close} />}
    >
      <WhatItExposes exposed={exposed} />
      <Outcome said={said} />
    </Sheet>
  );
}
