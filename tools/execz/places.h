/* SPDX-License-Identifier: MIT */
/* Where a scheduler has what nobody has named a place for. */
#ifndef EZ_TOOL_PLACES_H
#define EZ_TOOL_PLACES_H

/* The configuration, if there is one there; NULL: none.  Caller frees, as of the next. */
char *ez_places_config(void);

/* The state directory: $EXECZ_STATE_DIR, else the usual one. */
char *ez_places_state_dir(void);

#endif
