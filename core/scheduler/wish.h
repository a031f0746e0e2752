/* SPDX-License-Identifier: MIT */
/* What somebody wanted for an executor: the plugin and its options as they were written.  Kept, so that
 * it can be made again when there is another file for it. */
#ifndef EZ_SCHEDULER_WISH_H
#define EZ_SCHEDULER_WISH_H

#include "plugin/options.h"

typedef struct ez_wish {
    char *type;               /* owned; the alias of the plugin, or the path of its file */
    ez_options_source source; /* its texts are owned; without places */
} ez_wish;

ez_wish *ez_wish_new(const char *type, const ez_options_source *source);
void ez_wish_free(ez_wish *self);

#endif
