/* SPDX-License-Identifier: MIT */
/* What the commits to a store have come to. */
#ifndef EZ_STORE_FIGURES_H
#define EZ_STORE_FIGURES_H

#include <execz/state.h>

#include "store/store.h"

/* All but size is filled; `lost` without what the batch has dropped that waits.  [loop] */
void ez_store_get_figures(const ez_store *self, execz_store_figures *figures_out);

#endif
