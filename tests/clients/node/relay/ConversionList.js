import { graphql } from "react-relay";

// A connection whose next page Relay asks for by itself.
export const conversionList = graphql`
  fragment ConversionList_query on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })
  @refetchable(queryName: "ConversionListPaginationQuery") {
    conversions(first: $count, after: $cursor, orderBy: [{ field: EVENT_AT, direction: DESC }])
      @connection(key: "ConversionList_conversions") {
      edges {
        node {
          id
          status
          payout {
            amount
            currency
          }
        }
      }
    }
  }
`;

export const conversionListQuery = graphql`
  query ConversionListQuery {
    ...ConversionList_query
  }
`;
