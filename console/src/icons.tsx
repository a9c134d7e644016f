// Drawn here, so that no page asks anybody else for a picture, and no glyph is missing from a font.
const PATHS = {
  explorer: "M8 2.2 13 5v6l-5 2.8L3 11V5Z M8 2.2v5.6 M13 5 8 7.8 3 5 M8 7.8v6",
  reports: "M2.5 13.5h11 M4.5 11V7.5 M8 11V3 M11.5 11V5.5",
  access: "M8 1.8 13 3.8v4c0 3.2-2.2 5.4-5 6.4-2.8-1-5-3.2-5-6.4v-4Z M6 8l1.5 1.5L10.3 6.5",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Z M10.7 10.7 14 14",
  info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Z M8 7.3V11 M8 5v.2",
  close: "m4 4 8 8 M12 4l-8 8",
  up: "M8 13V3.5 M4 7.5l4-4 4 4",
  down: "M8 3v9.5 M4 8.5l4 4 4-4",
  right: "M3 8h9.5 M8.5 4l4 4-4 4",
  left: "M13 8H3.5 M7.5 4l-4 4 4 4",
  grip: "M6 4v.1 M10 4v.1 M6 8v.1 M10 8v.1 M6 12v.1 M10 12v.1",
  lock: "M4 7.5h8v6H4Z M5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
  plus: "M8 3v10 M3 8h10",
  play: "M5 3.2v9.6L12.8 8Z",
  link: "M6.8 9.2a2.5 2.5 0 0 0 3.5 0l2.2-2.2A2.5 2.5 0 0 0 9 3.5l-.8.8 M9.2 6.8a2.5 2.5 0 0 0-3.5 0L3.5 9A2.5 2.5 0 0 0 7 12.5l.8-.8",
  filter: "M2.5 3.5h11L9.5 8.5v4.2l-3-1.5V8.5Z",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z M8 1.5V3 M8 13v1.5 M1.5 8H3 M13 8h1.5 M3.4 3.4l1 1 M11.6 11.6l1 1 M12.6 3.4l-1 1 M4.4 11.6l-1 1",
  moon: "M13.3 9.8A5.8 5.8 0 0 1 6.2 2.7a5.8 5.8 0 1 0 7.1 7.1Z",
  out: "M6.5 13.5h-3v-11h3 M10 5l3 3-3 3 M13 8H6.5",
  alert: "M8 2.2 14.5 13.5h-13Z M8 6.5v3.3 M8 11.6v.1",
  check: "m3 8.5 3.3 3.3L13 4.7",
  code: "m5.5 4.5-3.5 3.5 3.5 3.5 M10.5 4.5l3.5 3.5-3.5 3.5",
  download: "M8 2.5v7.5 M4.5 7l3.5 3.5L11.5 7 M3 13.5h10",
  save: "M3 2.5h8l2.5 2.5v8.5H3Z M5.5 2.5v3.5h5V2.5 M5.5 13.5v-4h5v4",
  folder: "M2 4h4.5l1.5 1.5h6v7.5H2Z",
  empty: "M2.5 9.5 4.5 3h7l2 6.5v3.5h-11Z M2.5 9.5h3.3l.8 1.5h2.8l.8-1.5h3.3",
  eye: "M1.8 8C3.6 5 5.7 3.5 8 3.5S12.4 5 14.2 8c-1.8 3-3.9 4.5-6.2 4.5S3.6 11 1.8 8Z M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
};

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <path d="M6 16c3.2-5 6.5-7.5 10-7.5S22.8 11 26 16c-3.2 5-6.5 7.5-10 7.5S9.2 21 6 16Z" fill="none" stroke="var(--accent-ink)" strokeWidth="2.2" />
      <path d="M16 12.2a3.8 3.8 0 1 0 0 7.6Z" fill="var(--accent-ink)" />
    </svg>
  );
}
