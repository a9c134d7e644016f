import { type ComponentType, lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import "./tokens.css";
import "./base.css";
import "./shell.css";
import { Broken } from "./Broken";
import { NotYet } from "./parts";
import { Shell, usePerson } from "./shell";
import { applyTheme } from "./theme";

applyTheme();

const AREAS: Record<string, { title: string; page: ComponentType }> = {
  "/": { title: "Sightline", page: lazy(() => import("./home")) },
  "/explorer": { title: "Explorer · Sightline", page: lazy(() => import("./explorer/Explorer")) },
  "/reports": { title: "Reports · Sightline", page: lazy(() => import("./reports/Reports")) },
  "/access": { title: "Access · Sightline", page: lazy(() => import("./access/Access")) },
};

const SignIn = lazy(() => import("./signIn"));

function Area({ page: Page }: { page: ComponentType }) {
  const { person, error, again } = usePerson();
  const waiting = <NotYet error={error} again={again} />;
  return (
    <Shell person={person}>
      <Broken>
        {person ? (
          <Suspense fallback={waiting}>
            <Page />
          </Suspense>
        ) : (
          waiting
        )}
      </Broken>
    </Shell>
  );
}

const area = AREAS[location.pathname];
// Links in mails lead to the first page; whoever follows one need not be signed in.
const mailed = /^#(reset|verify|register|invitation)=/.test(location.hash);
document.title = area && !mailed ? area.title : "Sign in · Sightline";

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    {area && !mailed ? (
      <Area page={area.page} />
    ) : (
      <Broken>
        <Suspense>
          <SignIn />
        </Suspense>
      </Broken>
    )}
  </StrictMode>,
);
