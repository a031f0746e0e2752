/* SPDX-License-Identifier: MIT */
/* What is left of starts of an executor whose threads did not end in time: they still use it. */
#ifndef EZ_EXECUTOR_REMAINS_H
#define EZ_EXECUTOR_REMAINS_H

#include "executor/host.h"

typedef struct ez_remains {
    GArray *starts; /* owned; NULL: none yet */
} ez_remains;

/* Keeps a host (owned), and the plugin's state with the table it is destroyed by; NULL: it did not
 * even start. */
void ez_remains_keep(ez_remains *self, ez_host *host, execz_executor *plugin,
                     const execz_executor_ops *ops);

/* Frees what those used that have ended since; whether none is left. */
bool ez_remains_clear(ez_remains *self);

/* After that. */
void ez_remains_deinit(ez_remains *self);

#endif
