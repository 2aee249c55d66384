/** Where an entitled person stands with a vote. */
export type Seat = 'for' | 'against' | 'recused' | 'missing';
