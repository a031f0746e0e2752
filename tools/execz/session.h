/* SPDX-License-Identifier: MIT */
/* One scheduler in the foreground, from its start to its end. */
#ifndef EZ_TOOL_SESSION_H
#define EZ_TOOL_SESSION_H

#include <stdbool.h>

#include <execz/execz.h>

#include "daemon/endpoint.h"
#include "printer.h"

typedef struct ez_session_settings {
    bool json;
    bool quiet;
    bool journal; /* lines are for the journal */
    bool until_idle;
    execz_duration length; /* shut down after this time; < 0: never */
    execz_duration drain;  /* after a signal, unfinished runs have this long; < 0: no limit */
    const char *config;    /* the file; NULL: there is none */
    const char *metrics;   /* HOST:PORT where they are served; NULL: nowhere */
} ez_session_settings;

/* Runs the scheduler on this thread until it is shut down, shows what happens, and answers at the
 * endpoint, which it takes (NULL: nowhere).  Returns EZ_EXIT_*. */
int ez_session_run(execz_scheduler *scheduler, const ez_session_settings *settings,
                   ez_endpoint *endpoint);

#endif
