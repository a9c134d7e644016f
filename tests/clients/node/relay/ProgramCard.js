import { graphql } from "react-relay";

// A row that Relay fetches again through the Node interface, with a connection below it.
export const programCard = graphql`
  fragment ProgramCard_program on Program
  @argumentDefinitions(count: { type: "Int", defaultValue: 5 }, cursor: { type: "String" })
  @refetchable(queryName: "ProgramCardPaginationQuery") {
    name
    conversions(first: $count, after: $cursor) @connection(key: "ProgramCard_conversions") {
      edges {
        node {
          id
        }
      }
    }
  }
`;
