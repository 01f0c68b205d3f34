/**
 * Places where the specification can be read in two ways, each with the reading that stands closer to its words and
 * examples. A decision against one of them is changed here and nowhere else.
 */

/** Row 20 of AssignSeat says "mail subscription" where row 37 of Add says "single mail subscription". */
export const BUNDLE_NEEDS_ALTERNATIVE_ADDRESS: boolean = true;

/** 6.7: the operator's table decides; chapter 7 allows the bundle's own parts without it. */
export const TABLE_COUNTS_OUT_OF_BUNDLES: boolean = true;

/** 6.9 says "open to users with a collaboration or mail subscription"; no row refuses others, nor does the example. */
export const RENAME_NEEDS_A_SEAT: boolean = false;
