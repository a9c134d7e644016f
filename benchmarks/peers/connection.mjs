/** How both peers reach PostgreSQL: as the role that may read, with as many connections as Sightline has. */
export function connection(sockets) {
  return { host: sockets, user: "sightline_app_ro", database: "sightline", max: 8, options: "-c jit=off -c timezone=UTC" };
}
