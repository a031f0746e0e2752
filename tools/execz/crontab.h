/* SPDX-License-Identifier: MIT */
/* A crontab as a configuration. */
#ifndef EZ_TOOL_CRONTAB_H
#define EZ_TOOL_CRONTAB_H

#include <glib.h>

typedef struct ez_crontab {
    GString *config; /* owned, as the next: sections [task:ID] */
    GString *notes;  /* "FILE:LINE: ..." of what could not be taken over, or is different now */
    unsigned n_tasks;
    unsigned n_refused; /* lines that became nothing */
} ez_crontab;

/* Reads the text of a crontab of a user, whose lines have no user in them; file is its name in notes. */
ez_crontab ez_crontab_read(const char *text, const char *file);
void ez_crontab_clear(ez_crontab *self);

#endif
