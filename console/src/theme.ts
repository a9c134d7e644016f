// Light or dark: what the visitor chose here, else what the system says. Kept in this browser, told to nobody.
const KEY = "sightline:theme";

export type Theme = "light" | "dark";

const system = matchMedia("(prefers-color-scheme: dark)");

function chosen(): Theme | null {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : null;
}

export function theme(): Theme {
  return chosen() ?? (system.matches ? "dark" : "light");
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme();
}

export function choose(next: Theme): void {
  localStorage.setItem(KEY, next);
  applyTheme();
}

system.addEventListener("change", applyTheme);
