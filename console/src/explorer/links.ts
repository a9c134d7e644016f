/** A link to the Explorer with a document in it. It stands behind the hash, so no server's log has it. */
export function explorerLink(query: string, variables: object): string {
  return `/explorer#${new URLSearchParams({ query, variables: JSON.stringify(variables, null, 2) })}`;
}
