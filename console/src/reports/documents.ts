export const LENSES = `query Lenses @onDenied(mode: MASK) {
  reportLenses { kind id name }
}`;

export const CHOICES = `query Choices($lens: ReportLensInput!) {
  reportSchema(lens: $lens) {
    columns { key label description group unit formula synonyms available reason }
    dimensions { key label description available reason }
  }
}`;

export const REPORT = `query ConsoleReport($input: ReportInput!) {
  report(input: $input) {
    since
    until
    timeZone
    currency
    rowCount
    complete
    columns { key label unit values total coverage programs }
    rows { dimensions { key value label } }
    compare { columns { key values total } }
    pageInfo { hasNextPage endCursor }
  }
}`;
