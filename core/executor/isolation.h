/* SPDX-License-Identifier: MIT */
/* Whether the plugin of an executor runs in a process of its own, and what follows from its crashes:
 * the options isolation and isolation_..., which all executors have beside those of their plugin. */
#ifndef EZ_EXECUTOR_ISOLATION_H
#define EZ_EXECUTOR_ISOLATION_H

#include "plugin/file.h"
#include "plugin/options.h"

#define EZ_ISOLATION_CRASHES_MAX 64u /* of isolation_crashes */

typedef struct ez_isolation {
    bool process;     /* else all below means nothing */
    uint32_t crashes; /* up to EZ_ISOLATION_CRASHES_MAX: so many within the window, and it is not
                              * started again; 0: never */
    execz_duration window;
    execz_duration delay;     /* from a crash to the next start; doubled by each further one */
    execz_duration max_delay; /* but no longer than this; at least as long as delay */
    execz_duration patience;  /* how long a call of the plugin may take; 0: as long as it likes */
} ez_isolation;

/* As ez_options_check() with what a plugin has declared, and with the options above if the source
 * has one of them. */
ez_options *ez_isolation_check(const ez_option_table *declared, const ez_options_source *source,
                               ez_report *report);

/* What checked options say; NULL: nothing. */
void ez_isolation_get(const ez_options *checked, ez_isolation *isolation_out);

/* Whether an option of this name is one of the above. */
bool ez_isolation_owns(const char *name);

#endif
