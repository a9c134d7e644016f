import { type ComponentType, useState } from "react";
import "./access.css";
import { NotYet } from "../parts";
import { useAsk } from "../useAsk";
import { useTitle } from "../useTitle";
import { AuditLog } from "./AuditLog";
import { ColumnLists } from "./ColumnLists";
import { PLACES } from "./documents";
import { Explain } from "./Explain";
import { Imports } from "./imports/Imports";
import { AskingToLeave, useLeave } from "./Leaving";
import { Matrix } from "./Matrix";
import { Requests } from "./requests/Requests";
import { Reviews } from "./requests/Reviews";
import { Grants } from "./roles/Grants";
import { Roles } from "./roles/Roles";
import { Sharing } from "./sharing/Sharing";

export interface Me {
  id: string;
  name: string;
  /** Whether there is anybody else he may ask about. */
  asksAboutOthers: boolean;
  /** Whether there are people to choose from. */
  seesPeople: boolean;
  seesCollaborators: boolean;
  seesInvitations: boolean;
}

interface Answer {
  viewer: { user: { id: string; name: string } | null } & Record<"columns" | "roles" | "grants" | "log" | "who" | "people" | "requests" | "reviews" | "collaborators" | "invitations" | "imports", boolean>;
}

const TABS: { key: string; label: string; page: ComponentType<{ me: Me }>; open: (viewer: Answer["viewer"]) => boolean }[] = [
  { key: "columns", label: "Report columns", page: ColumnLists, open: (viewer) => viewer.columns },
  { key: "explain", label: "Who sees what", page: Explain, open: () => true },
  { key: "matrix", label: "People and fields", page: Matrix, open: (viewer) => viewer.who },
  { key: "roles", label: "Roles", page: Roles, open: (viewer) => viewer.roles },
  { key: "grants", label: "People and roles", page: Grants, open: (viewer) => viewer.grants },
  { key: "sharing", label: "Collaborators", page: Sharing, open: (viewer) => viewer.collaborators || viewer.invitations },
  { key: "requests", label: "Requests", page: Requests, open: (viewer) => viewer.requests },
  { key: "reviews", label: "Reviews", page: Reviews, open: (viewer) => viewer.reviews },
  { key: "imports", label: "Imports", page: Imports, open: (viewer) => viewer.imports },
  { key: "log", label: "Audit log", page: AuditLog, open: (viewer) => viewer.log },
];

/** On a narrow screen the part that one is in would be out of sight. */
function intoView(link: HTMLAnchorElement | null): void {
  link?.scrollIntoView({ block: "nearest", inline: "center" });
}

/** What there is of access to look at and to change: for each person exactly what the schema has for him. */
export default function Access() {
  return (
    <AskingToLeave>
      <Parts />
    </AskingToLeave>
  );
}

function Parts() {
  const { data, error, again } = useAsk<Answer>(PLACES);
  const [asked, setAsked] = useState(new URLSearchParams(location.search).get("tab"));
  const leave = useLeave();
  const tabs = data ? TABS.filter((each) => each.open(data.viewer)) : [];
  const tab = tabs.find((each) => each.key === asked) ?? tabs[0];
  useTitle(tab ? `${tab.label} · Access` : "Access");
  if (error || !data) return <NotYet error={error} again={again} />;
  if (!tab) return null;
  const { viewer } = data;
  const Page = tab.page;
  const me: Me = {
    id: viewer.user?.id ?? "",
    name: viewer.user?.name ?? "You",
    asksAboutOthers: viewer.who,
    seesPeople: viewer.people,
    seesCollaborators: viewer.collaborators,
    seesInvitations: viewer.invitations,
  };
  return (
    <div className="access">
      <div className="access-head">
        <h1>Access</h1>
        <nav className="tabs" aria-label="Parts of access">
          {tabs.map((each) => (
            <a
              key={each.key}
              href={`/access?tab=${each.key}`}
              aria-current={each === tab ? "page" : undefined}
              ref={each === tab ? intoView : undefined}
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                event.preventDefault();
                if (each === tab) return;
                leave(() => {
                  history.replaceState(null, "", `/access?tab=${each.key}`);
                  setAsked(each.key);
                });
              }}
            >
              {each.label}
            </a>
          ))}
        </nav>
      </div>
      <Page me={me} />
    </div>
  );
}
