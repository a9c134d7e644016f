import { useState } from "react";
import { useChange } from "../../changes";
import { Choice, Outcome, named } from "../../parts";
import { Sheet } from "../../Sheet";
import { useAsk } from "../../useAsk";
import { DayField, Ends, dayOf, endOf } from "../days";
import { maySave, useExposed } from "../exposure/exposed";
import { WhatItExposes, inShort } from "../exposure/WhatItExposes";
import { HOLDABLE, VERSION } from "../roles/documents";
import { APPROVE, DENY, LIST_OF, MEMBERSHIP_OF } from "./documents";
import type { Request } from "./Requests";

interface Props {
  request: Request;
  mayGiveColumns: boolean;
  close: () => void;
  done: (text: string) => void;
}

/** The report column that a request names, by its key; null where it is about something else. */
function columnIn(coordinate: string | null): string | null {
  const [, field] = /^ReportMetrics\.(\w+)$/.exec(coordinate ?? "") ?? [];
  return field ? field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : null;
}

/** A request answered: something is given for it by the ordinary way, after a look at what that exposes; or nothing. */
export function Decision({ request, mayGiveColumns, close, done }: Props) {
  const name = request.requester?.name ?? "Somebody";
  const user = request.requester?.id ?? "";
  const place = request.organization?.id ?? null;
  const wanted = columnIn(request.coordinate);
  const [asked, setWhat] = useState<"role" | "columns" | null>(null);
  const [role, setRole] = useState("");
  const [columns, setColumns] = useState<string[]>(wanted ? [wanted] : []);
  const [end, setEnd] = useState(dayOf(request.wantedUntil));
  const [answer, setAnswer] = useState("");
  const roles = useAsk<{ roles: { nodes: { id: string; name: string }[] } | null }>(HOLDABLE, {
    where: place
      ? { scope: { eq: "ORGANIZATION" }, status: { eq: "ACTIVE" }, or: [{ organization: { eq: place } }, { origin: { eq: "PREDEFINED" } }] }
      : { scope: { eq: "PLATFORM" }, status: { eq: "ACTIVE" }, origin: { notIn: ["PERSONAL"] } },
  });
  const list = useAsk<{ columnList: { restricted: string[] } | null }>(mayGiveColumns && !place && user ? LIST_OF : null, { user });
  const membership = useAsk<{ memberships: { nodes: { id: string }[] } }>(place && user ? MEMBERSHIP_OF : null, { user, organization: place });
  const version = useAsk<{ viewer: { version: number | null } }>(VERSION, { id: request.id });
  const { busy, said, make } = useChange();
  const restricted = list.data?.columnList?.restricted ?? [];
  const what = asked ?? (wanted !== null && restricted.includes(wanted) ? "columns" : "role");
  const given = columns.filter((each) => restricted.includes(each));
  const member = membership.data?.memberships.nodes[0]?.id;
  const expires = end ? { expiresAt: endOf(end, request.wantedUntil) } : {};
  const ready = what === "role" ? role !== "" : given.length > 0;
  const change = !ready ? null : what === "columns" ? { editColumns: { user, add: given } } : !place ? { assignPlatformRole: { user, role, ...expires } } : member ? { changeMembership: { membership: member, role, ...expires } } : null;
  const exposed = useExposed(change);
  const at = { accessRequest: request.id, answer: answer.trim() || null, version: version.data?.viewer.version ?? undefined };
  async function approve() {
    const gift = what === "columns" ? { columns: given } : { role, ...expires };
    const text = `${name} has it from now on.`;
    if (await make(APPROVE, { ...at, ...gift }, text)) done(text);
  }
  async function deny() {
    const text = `${name} is told that it is not given.`;
    if (await make(DENY, at, text)) done(text);
  }
  return (
    <Sheet
      title={`${name} asks${request.organization ? ` in ${request.organization.name}` : ""}`}
      close={close}
      changed={answer.trim() !== "" || role !== "" || asked !== null}
      foot={
        <>
          <button type="button" className="button danger" disabled={busy} onClick={() => void deny()}>
            Do not give it
          </button>
          <span className="grow soft small">{inShort(exposed)}</span>
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
          <button type="button" className="button primary" disabled={busy || !ready || (change !== null && !maySave(exposed))} onClick={() => void approve()}>
            Give it
          </button>
        </>
      }
    >
      <p>
        {request.coordinate && <code>{request.coordinate}</code>} {request.node && <code className="faint">{request.node}</code>} “{request.reason}”
      </p>
      {mayGiveColumns && !place && (
        <fieldset className="ticks">
          <legend className="label">Give</legend>
          <label>
            <input type="radio" name="what" checked={what === "columns"} onChange={() => setWhat("columns")} />
            Report columns
          </label>
          <label>
            <input type="radio" name="what" checked={what === "role"} onChange={() => setWhat("role")} />
            Another role
          </label>
        </fieldset>
      )}
      {what === "columns" && (
        <fieldset className="ticks">
          <legend className="label">Columns that are restricted for {name}</legend>
          {restricted.map((key) => (
            <label key={key}>
              <input type="checkbox" checked={columns.includes(key)} onChange={(event) => setColumns(event.target.checked ? [...columns, key] : columns.filter((each) => each !== key))} />
              {key.replaceAll("_", " ")}
            </label>
          ))}
          {list.data && restricted.length === 0 && <span className="faint small">None that you could give.</span>}
        </fieldset>
      )}
      {what === "role" && (
        <div className="question">
          <Choice label="In place of what they hold" value={role} change={setRole} options={[{ key: "", label: "Choose a role…" }, ...named(roles.data?.roles?.nodes)]} />
          <DayField label="Last day, or nothing for no end" value={end} change={setEnd} />
        </div>
      )}
      <label className="field">
        <span className="label">Words to {name}</span>
        <input className="input" value={answer} onChange={(event) => setAnswer(event.target.value)} />
      </label>
      {what === "role" && <Ends last={end} name={name} />}
      <WhatItExposes exposed={exposed} />
      <Outcome said={said} />
    </Sheet>
  );
}
