/* SPDX-License-Identifier: MIT */
/* Where log lines go: a level and a function, given to whoever may log. */
#ifndef EZ_BASE_LOG_H
#define EZ_BASE_LOG_H

#include <execz/types.h>

typedef struct ez_log {
    uint32_t level; /* lines below are not made */
    void (*write)(void *user, uint32_t level, const char *line);
    void *user;
} ez_log;

/* A log that writes "LEVEL: line" to stderr. */
ez_log ez_log_stderr(uint32_t level);

/* One line, without its line feed.  [any-thread] */
void ez_log_write(const ez_log *self, uint32_t level, const char *format, ...) EXECZ_PRINTF(3, 4);

/* "debug", "info", "warning" or "error". */
const char *ez_log_level_name(uint32_t level);

#endif
