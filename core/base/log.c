/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include <glib.h>

static void
write_stderr(void *user, uint32_t level, const char *line)
{
    (void)user;
    fprintf(stderr, "%s: %s\n", ez_log_level_name(level), line);
}

ez_log
ez_log_stderr(uint32_t level)
{
    return (ez_log){level, write_stderr, NULL};
}

void
ez_log_write(const ez_log *self, uint32_t level, const char *format, ...)
{
    g_autofree char *line = NULL;
    va_list args;

    if (level < self->level) {
        return;
    }
    va_start(args, format);
    line = g_strdup_vprintf(format, args);
    va_end(args);
    self->write(self->user, level, line);
}

const char *
ez_log_level_name(uint32_t level)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};

    return level < G_N_ELEMENTS(names) ? names[level] : "unknown";
}
