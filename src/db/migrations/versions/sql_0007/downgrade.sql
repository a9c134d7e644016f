DROP TABLE conversion_proposal;
DROP TYPE proposal_state;
