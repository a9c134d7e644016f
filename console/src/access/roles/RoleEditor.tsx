import { useState } from "react";
import { useChange } from "../../changes";
import { Icon } from "../../icons";
import { Choice, Outcome, named } from "../../parts";
import { Sheet, Sure } from "../../Sheet";
import { useAsk } from "../../useAsk";
import { maySave, useExposed } from "../exposure/exposed";
import { WhatItExposes, inShort } from "../exposure/WhatItExposes";
import { BASES, type Content, EMPTY, type Holds, type Role, type Scope, contentOf, createInput, editInput, plain } from "./content";
import { ARCHIVE, CLONE, CREATE_ORGANIZATION, CREATE_PLATFORM, EDIT_ROLE, HOLDERS, VERSION } from "./documents";
import { Limits } from "./Limits";
import { PermissionTable } from "./PermissionTable";

interface Props {
  /** The role to change; null for a new one. */
  role: Role | null;
  scope: Scope;
  organizations: { id: string; name: string }[];
  holds: Holds;
  mayEdit: boolean;
  close: () => void;
  /** Something was saved: what it says of it. */
  saved: (text: string) => void;
}

/** What keeps a role from being changed, in words; null where nothing does. */
function fixedWhy(role: Role | null, mayEdit: boolean): string | null {
  if (!role) return null;
  if (role.origin === "PREDEFINED") return "This role ships with Sightline and stays as it is: make a role of your own instead.";
  if (role.origin === "PERSONAL") return "This is one person's own set of modules: change it under “People and roles”.";
  if (role.status !== "ACTIVE") return "This role is archived, and not changed any more.";
  if (!mayEdit) return "You do not edit roles. Whoever administers the platform or the organization can.";
  return null;
}

/** A role: made, looked at, renamed, changed, cloned and archived. */
export function RoleEditor({ role, scope, organizations, holds, mayEdit, close, saved }: Props) {
  const [before] = useState<Content>(() => (role ? contentOf(role) : scope === "ORGANIZATION" ? { ...EMPTY, baseType: "ORG" } : EMPTY));
  const [content, setContent] = useState(before);
  const [organization, setOrganization] = useState(organizations[0]?.id ?? "");
  const version = useAsk<{ viewer: { version: number | null } }>(role && mayEdit ? VERSION : null, { id: role?.id });
  const { busy, said, say, make } = useChange();
  const fixed = fixedWhy(role, mayEdit);
  const onlyName = role?.baseType === "ADMINISTRATOR";
  const edited = role ? editInput(before, content, scope) : {};
  const pending = role ? Object.keys(edited).length > 0 : content.name.trim() !== "" && Object.keys(content.permissions).length > 0;
  const change = role && { role: role.id, ...edited, version: version.data?.viewer.version ?? undefined };
  const exposed = useExposed(change && pending && !fixed ? { editRole: change } : null);
  const alter = (part: Partial<Content>) => {
    say(null);
    setContent((now) => ({ ...now, ...part }));
  };
  async function save() {
    const input = change ?? createInput(content, scope, organization);
    const document = change ? EDIT_ROLE : scope === "PLATFORM" ? CREATE_PLATFORM : CREATE_ORGANIZATION;
    const done = role ? `“${content.name}” is changed, for all who hold it.` : `“${content.name}” is made. Nobody holds it yet.`;
    if (await make(document, input, done)) saved(done);
  }
  return (
    <Sheet
      title={role ? role.name : scope === "PLATFORM" ? "New role for staff" : "New role of an organization"}
      className="role-sheet"
      close={close}
      changed={!fixed && JSON.stringify(content) !== JSON.stringify(before)}
      foot={
        !fixed && (
          <>
            {role && role.origin === "CUSTOM" && <Archive role={role} version={version.data?.viewer.version ?? null} saved={saved} />}
            <span className="grow soft small">{inShort(exposed)}</span>
            <button type="button" className="button" onClick={close}>
              Cancel
            </button>
            <button type="button" className="button primary" disabled={busy || !pending || (role !== null && !maySave(exposed))} onClick={() => void save()}>
              {role ? "Save" : "Make this role"}
            </button>
          </>
        )
      }
    >
      {fixed && (
        <p className="notice">
          <Icon name="lock" />
          <span>{fixed}</span>
        </p>
      )}
      <div className="question">
        <label className="field">
          <span className="label">Name</span>
          <input className="input" value={content.name} maxLength={100} disabled={fixed !== null} onChange={(event) => alter({ name: event.target.value })} />
        </label>
        {scope === "PLATFORM" && (
          <Choice
            label={role ? "Built on, which stays" : "Built on"}
            value={content.baseType}
            disabled={role !== null}
            change={(baseType) => alter({ baseType, permissions: {}, userVisibility: "ALL" })}
            options={(role ? [content.baseType] : BASES).map((key) => ({ key, label: plain(key) }))}
          />
        )}
        {scope === "ORGANIZATION" && !role && <Choice label="Organization" value={organization} change={setOrganization} options={named(organizations)} />}
      </div>
      <section className="stack" aria-label="Permissions">
        <div className="line">
          <h3 className="grow">Permissions</h3>
          {onlyName && <span className="faint small">Of the administrator's role only the name changes.</span>}
        </div>
        <PermissionTable scope={scope} baseType={content.baseType} held={content.permissions} before={before.permissions} holds={holds} fixed={fixed !== null || onlyName} change={(permissions) => alter({ permissions })} />
      </section>
      <Limits scope={scope} content={content} holds={holds} fixed={fixed !== null || onlyName} change={alter} />
      {role && <Holders role={role} />}
      {role && mayEdit && role.origin !== "PERSONAL" && role.origin !== "PREDEFINED" && !onlyName && role.status === "ACTIVE" && <Clone role={role} saved={saved} />}
      {!role && <p className="soft small">Nobody holds a new role, so it exposes nothing until you give it to somebody; then you are shown what that exposes.</p>}
      <WhatItExposes exposed={exposed} />
      <Outcome said={said} />
    </Sheet>
  );
}

function Archive({ role, version, saved }: { role: Role; version: number | null; saved: (text: string) => void }) {
  const { busy, said, make } = useChange();
  async function archive() {
    const done = `“${role.name}” is archived; its name is free.`;
    if (await make(ARCHIVE, { role: role.id, version }, done)) saved(done);
  }
  return (
    <>
      <Sure label="Archive" question={`Archive “${role.name}” for good?`} disabled={busy} act={() => void archive()} />
      <Outcome said={said} />
    </>
  );
}

function Clone({ role, saved }: { role: Role; saved: (text: string) => void }) {
  const [name, setName] = useState(`${role.name}, copy`);
  const { busy, said, make } = useChange();
  const exposed = useExposed(name.trim() === "" ? null : { cloneRole: { role: role.id, name } });
  async function clone() {
    const done = `“${name}” is made, with what “${role.name}” has.`;
    if (await make(CLONE, { role: role.id, name }, done)) saved(done);
  }
  return (
    <section className="stack" aria-label="Clone">
      <div className="question">
        <label className="field">
          <span className="label">Name of a role with the same content</span>
          <input className="input" value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
        </label>
        <button type="button" className="button" disabled={busy || !maySave(exposed)} onClick={() => void clone()}>
          Clone
        </button>
      </div>
      <p className="soft small">{exposed.state === "refused" ? exposed.message : inShort(exposed)}</p>
      <Outcome said={said} />
    </section>
  );
}

interface Holding {
  memberships: { nodes: { id: string; user: { name: string } | null; organization: { name: string } | null }[]; pageInfo: { hasNextPage: boolean } } | null;
}

function Holders({ role }: { role: Role }) {
  const { data } = useAsk<Holding>(HOLDERS, { role: role.id });
  const nodes = data?.memberships?.nodes ?? [];
  return (
    <section className="stack" aria-label="Who holds it">
      <h3>Who holds it</h3>
      <p className="chips">
        {nodes.map((each) => (
          <span key={each.id} className="chip">
            {[each.user?.name ?? "Somebody", role.organization ? null : each.organization?.name].filter(Boolean).join(", ")}
          </span>
        ))}
        {data && nodes.length === 0 && <span className="faint small">Nobody whom you see.</span>}
        {data?.memberships?.pageInfo.hasNextPage && <span className="faint small">and more</span>}
      </p>
    </section>
  );
}
