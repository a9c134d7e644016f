import { useState } from "react";
import { useChange } from "../../changes";
import { Choice, Outcome, named } from "../../parts";
import { Sheet, Sure } from "../../Sheet";
import { useAsk } from "../../useAsk";
import { DayField, Ends, dayOf, endOf } from "../days";
import { ExposedFoot } from "../exposure/ExposedFoot";
import { useExposed } from "../exposure/exposed";
import { WhatItExposes } from "../exposure/WhatItExposes";
import type { Somebody } from "../People";
import { type Holds, type Level, heldBy, permissionsInput } from "./content";
import { ASSIGN, HOLDABLE, REMOVE_PLATFORM, SET_MODULES, VERSION } from "./documents";
import type { Grant } from "./Grants";
import { Switches } from "./Limits";
import { PermissionTable } from "./PermissionTable";

interface Props {
  person: Somebody;
  /** What he holds on the platform now, if anything. */
  grant: Grant | null;
  holds: Holds;
  close: () => void;
  saved: (text: string) => void;
}

/** Somebody's one role on the platform: a role that others hold too, or modules of his own; or none. */
export function StaffEditor({ person, grant, holds, close, saved }: Props) {
  const personal = grant?.role?.origin === "PERSONAL";
  const held: Record<string, Level> = grant?.role ? heldBy(grant.role) : {};
  const [own, setOwn] = useState(personal);
  const [role, setRole] = useState(personal ? "" : (grant?.role?.id ?? ""));
  const [end, setEnd] = useState(dayOf(grant?.expiresAt));
  const [modules, setModules] = useState(held);
  const switches = { seeRevenue: grant?.role?.seeRevenue ?? false, seePayout: grant?.role?.seePayout ?? false, seeSaleAmount: grant?.role?.seeSaleAmount ?? false };
  const [money, setMoney] = useState(switches);
  const roles = useAsk<{ roles: { nodes: { id: string; name: string }[] } | null }>(HOLDABLE, {
    where: { scope: { eq: "PLATFORM" }, status: { eq: "ACTIVE" }, origin: { notIn: ["PERSONAL"] } },
  });
  const version = useAsk<{ viewer: { version: number | null } }>(grant ? VERSION : null, { id: grant?.id });
  const { busy, said, say, make } = useChange();
  const at = { user: person.id, version: version.data?.viewer.version ?? undefined };
  const setting = { ...at, permissions: permissionsInput(modules), ...money };
  const assigning = { ...at, role, ...(end ? { expiresAt: endOf(end, grant?.expiresAt) } : {}) };
  const changed = own
    ? Object.keys(modules).length > 0 && (!personal || JSON.stringify([permissionsInput(held), switches]) !== JSON.stringify([permissionsInput(modules), money]))
    : role !== "" && (role !== grant?.role?.id || end !== dayOf(grant.expiresAt));
  const exposed = useExposed(!changed ? null : own ? { setModules: setting } : { assignPlatformRole: assigning });
  async function save() {
    const done = `Saved. It holds for ${person.name} from now on.`;
    const success = own ? await make(SET_MODULES, setting, done) : await make(ASSIGN, assigning, done);
    if (success) saved(done);
  }
  async function remove() {
    const done = `${person.name} holds no role on the platform any more.`;
    if (await make(REMOVE_PLATFORM, at, done)) saved(done);
  }
  return (
    <Sheet
      title={`${person.name} on the platform`}
      className="role-sheet"
      close={close}
      changed={changed}
      foot={
        <ExposedFoot exposed={exposed} button="Save" disabled={busy} act={save} close={close}>
          {grant && <Sure label="Remove" question={`Take ${person.name}'s role on the platform away?`} disabled={busy} act={() => void remove()} />}
        </ExposedFoot>
      }
    >
      <fieldset className="ticks">
        <legend className="label">Holds</legend>
        <label>
          <input type="radio" name="holds" checked={!own} onChange={() => setOwn(false)} />A role
        </label>
        <label>
          <input type="radio" name="holds" checked={own} onChange={() => setOwn(true)} />
          Modules of their own
        </label>
      </fieldset>
      {own ? (
        <>
          <PermissionTable
            scope="PLATFORM"
            baseType="PERSONAL"
            held={modules}
            before={personal ? held : {}}
            holds={holds}
            fixed={false}
            change={(next) => {
              say(null);
              setModules(next);
            }}
          />
          <Switches content={money} holds={holds} fixed={false} change={(part) => setMoney({ ...money, ...part })} />
        </>
      ) : (
        <div className="question">
          <Choice label="Role" value={role} change={setRole} options={[{ key: "", label: "Choose a role…" }, ...named(roles.data?.roles?.nodes)]} />
          <DayField label="Last day, or nothing for no end" value={end} change={setEnd} />
        </div>
      )}
      {!own && <Ends last={end} name={person.name} />}
      <WhatItExposes exposed={exposed} />
      <Outcome said={said} />
    </Sheet>
  );
}
