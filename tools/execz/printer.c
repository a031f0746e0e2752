/* SPDX-License-Identifier: MIT */
#include "printer.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool
wants_color(void)
{
    const char *no_color = g_getenv("NO_COLOR");
    const char *term = g_getenv("TERM");

    return isatty(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0') &&
           g_strcmp0(term, "dumb") != 0;
}

ez_printer
ez_printer_new(bool json, bool quiet)
{
    return (ez_printer){.json = json,
                        .quiet = quiet,
                        .color = !json && wants_color(),
                        .task_width = 10,
                        .executor_width = 7};
}

/* What went wrong, or did not happen although it was due. */
static const uint64_t wrong =
    EXECZ_EVENT_TASK_ERROR | EXECZ_EVENT_TASK_MISSED | EXECZ_EVENT_TASK_MAX_INSTANCES |
    EXECZ_EVENT_TASK_CANCELLED | EXECZ_EVENT_TASK_TIMEOUT | EXECZ_EVENT_TASK_RETRY |
    EXECZ_EVENT_TASK_LOST | EXECZ_EVENT_TASK_BLOCKED | EXECZ_EVENT_STORE_FAILED;

void
ez_printer_show(ez_printer *self, const execz_event *event)
{
    g_autofree char *text = NULL;

    if (self->quiet && (event->code & wrong) == 0) {
        return;
    }
    text = self->json ? ez_printer_json(event) : ez_printer_text(self, event);
    fputs(text, stdout);
    if (self->json) {
        fputc('\n', stdout);
    }
}
