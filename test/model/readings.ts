/**
 * Places where the specification can be read in two ways, each with the reading that stands closer to its words and
 * examples. A decision against one of them is changed here and nowhere else.
 */

/** Row 20 of AssignSeat says "mail subscription" where row 37 of Add says "single mail subscription". */
export const BUNDLE_NEEDS_ALTERNATIVE_ADDRESS: boolean = true;
