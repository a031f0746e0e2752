/* SPDX-License-Identifier: MIT */
/* What went wrong, in the words of the control protocol and in exit codes. */
#ifndef EZ_CONTROL_FAULT_H
#define EZ_CONTROL_FAULT_H

#include <glib.h>

#include <execz/types.h>

/* Fills err, which may be NULL; returns status. */
execz_status ez_fault_set(execz_error *err, execz_status status, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* The code of a status on the wire, e.g. "not_found". */
const char *ez_fault_word(execz_status status);

/* What a command exits with that was answered this code, EZ_EXIT_*. */
int ez_fault_exit(const char *word);

#endif
