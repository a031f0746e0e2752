/* SPDX-License-Identifier: MIT */
/* The process of one check, from its start to its end, whatever that is. */
#ifndef EZ_TOOL_CHECK_PROCESS_H
#define EZ_TOOL_CHECK_PROCESS_H

#include "checker.h"

typedef struct ez_check_process {
    execz_duration timeout;
    ez_check_verdict verdict; /* PASSED, FAILED or SKIPPED */
    char *message;            /* the caller's, as the next */
    char *output;
    execz_duration took;
} ez_check_process;

/* Runs it, and ends everything of its group that is left. */
void ez_check_process_run(ez_check_process *self, char **argv, char **env);

#endif
