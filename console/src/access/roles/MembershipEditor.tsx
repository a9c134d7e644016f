import { useState } from "react";
import { useChange } from "../../changes";
import { Choice, Outcome, named } from "../../parts";
import { Sheet, Sure } from "../../Sheet";
import { useAsk } from "../../useAsk";
import { DayField, Ends, dayOf, endOf } from "../days";
import { ExposedFoot } from "../exposure/ExposedFoot";
import { useExposed } from "../exposure/exposed";
import { WhatItExposes } from "../exposure/WhatItExposes";
import { LINES } from "./content";
import { CHANGE_MEMBERSHIP, HOLDABLE, PROGRAMS, REMOVE_MEMBER, VERSION } from "./documents";
import type { Grant } from "./Grants";
import { Ticks } from "./Limits";

interface Named {
  id: string;
  name: string;
}

interface Props {
  grant: Grant;
  close: () => void;
  saved: (text: string) => void;
}

/** A membership changed: another role, the programs and product lines it is limited to, its end; or its removal. */
export function MembershipEditor({ grant, close, saved }: Props) {
  const organization = grant.organization?.id ?? "";
  const roles = useAsk<{ roles: { nodes: Named[] } | null }>(HOLDABLE, {
    where: { scope: { eq: "ORGANIZATION" }, status: { eq: "ACTIVE" }, or: [{ organization: { eq: organization } }, { origin: { eq: "PREDEFINED" } }] },
  });
  const programs = useAsk<{ advertiserProfiles: { nodes: { programs: { nodes: Named[] } | null }[] } | null }>(PROGRAMS, { organization });
  const version = useAsk<{ viewer: { version: number | null } }>(VERSION, { id: grant.id });
  const offered = (programs.data?.advertiserProfiles?.nodes ?? []).flatMap((each) => each.programs?.nodes ?? []);
  const was = {
    role: grant.role?.id ?? "",
    programs: grant.programScope === "LISTED" ? (grant.programs?.nodes ?? []).flatMap(({ program }) => (program ? [program.id] : [])) : null,
    lines: grant.lineScope === "LISTED" ? (grant.productLines?.nodes ?? []).flatMap(({ productLine }) => (productLine ? [productLine] : [])) : null,
    end: dayOf(grant.expiresAt),
  };
  const [now, setNow] = useState(was);
  const { busy, said, say, make } = useChange();
  const name = grant.user?.name ?? "Somebody";
  const limited = JSON.stringify([now.programs, now.lines]) !== JSON.stringify([was.programs, was.lines]);
  const parts = {
    ...(now.role === was.role ? {} : { role: now.role }),
    ...(!limited ? {} : now.programs === null && now.lines === null ? { unlimited: true } : { ...(now.programs ? { programs: now.programs } : {}), ...(now.lines ? { productLines: now.lines } : {}) }),
    ...(now.end === was.end || now.end === "" ? {} : { expiresAt: endOf(now.end) }),
  };
  const input = { membership: grant.id, ...parts, version: version.data?.viewer.version ?? undefined };
  const pending = Object.keys(parts).length > 0;
  const exposed = useExposed(pending ? { changeMembership: input } : null);
  const holdable = named(roles.data?.roles?.nodes);
  const held = holdable.some((each) => each.key === was.role) ? holdable : [{ key: was.role, label: grant.role?.name ?? "–" }, ...holdable];
  const alter = (part: Partial<typeof was>) => {
    say(null);
    setNow({ ...now, ...part });
  };
  async function save() {
    const done = `Saved. It holds for ${name} from now on.`;
    if (await make(CHANGE_MEMBERSHIP, input, done)) saved(done);
  }
  async function remove() {
    const done = `${name} is no member of ${grant.organization?.name ?? "it"} any more.`;
    if (await make(REMOVE_MEMBER, { membership: grant.id, version: input.version }, done)) saved(done);
  }
  return (
    <Sheet
      title={`${name} in ${grant.organization?.name ?? "an organization"}`}
      close={close}
      changed={pending}
      foot={
        <ExposedFoot exposed={exposed} button="Save" disabled={busy} act={save} close={close}>
          <Sure label="Remove" question={`Remove ${name} from ${grant.organization?.name ?? "it"}?`} disabled={busy} act={() => void remove()} />
        </ExposedFoot>
      }
    >
      <div className="question">
        <Choice label="Role" value={now.role} change={(role) => alter({ role })} options={held} />
        <DayField label={was.end === "" ? "Last day, or nothing for no end" : "Last day"} value={now.end} change={(end) => alter({ end })} />
      </div>
      <fieldset className="ticks">
        <legend className="label">Programs</legend>
        <label>
          <input type="checkbox" checked={now.programs === null} onChange={(event) => alter({ programs: event.target.checked ? null : [] })} />
          All of the organization
        </label>
        {now.programs !== null &&
          offered.map((each) => (
            <label key={each.id}>
              <input type="checkbox" checked={now.programs?.includes(each.id)} onChange={(event) => alter({ programs: event.target.checked ? [...(now.programs ?? []), each.id] : (now.programs ?? []).filter((id) => id !== each.id) })} />
              {each.name}
            </label>
          ))}
        {now.programs !== null && programs.data && offered.length === 0 && <span className="faint small">There are no programs of it that you see.</span>}
      </fieldset>
      <fieldset className="ticks">
        <legend className="label">Product lines</legend>
        <label>
          <input type="checkbox" checked={now.lines === null} onChange={(event) => alter({ lines: event.target.checked ? null : [] })} />
          All of them
        </label>
        {now.lines !== null && <Ticks keys={LINES} on={now.lines} fixed={false} change={(lines) => alter({ lines })} />}
      </fieldset>
      <Ends last={now.end} name={name} />
      <WhatItExposes exposed={exposed} />
      <Outcome said={said} />
    </Sheet>
  );
}
