/* SPDX-License-Identifier: MIT */
/* Shows events on stdout as they happen, for people or as JSON. */
#ifndef EZ_TOOL_PRINTER_H
#define EZ_TOOL_PRINTER_H

#include <stdbool.h>

#include <glib.h>

#include <execz/event.h>

typedef struct ez_printer {
    bool json;
    bool quiet; /* only what went wrong */
    bool color;
    bool journal; /* a priority before each event, and no time */
    /* How wide the columns are; they grow with what was shown. */
    int task_width;
    int executor_width;
} ez_printer;

/* Colour if stdout is a terminal that wants it. */
ez_printer ez_printer_new(bool json, bool quiet);

/* Shows one event.  [loop] */
void ez_printer_show(ez_printer *self, const execz_event *event);

/* The event as lines for people, each ended.  Caller frees. */
char *ez_printer_text(ez_printer *self, const execz_event *event);

/* The event as one line of JSON, without its end.  Caller frees. */
char *ez_printer_json(const execz_event *event);

#endif
