/* SPDX-License-Identifier: MIT */
/* Turns the text of one key into a value of its type, or reports why not. */
#ifndef EZ_CONFIG_VALUE_H
#define EZ_CONFIG_VALUE_H

#include "config/document.h"

#define EZ_CONFIG_WORD_MAX 255 /* bytes of a number, duration, size, word or name */

typedef enum ez_value_type {
    EZ_VALUE_TEXT,      /* const char *, anything */
    EZ_VALUE_WORD,      /* const char *, a name that is looked up elsewhere */
    EZ_VALUE_TIMEZONE,  /* const char * */
    EZ_VALUE_PATH,      /* const char *, made absolute */
    EZ_VALUE_ADDRESS,   /* const char *, HOST:PORT */
    EZ_VALUE_PATHS,     /* const char *const *, absolute, NULL-terminated */
    EZ_VALUE_FUNCTION,  /* const char *, "module:name" */
    EZ_VALUE_COMMAND,   /* const char *const *, an argv */
    EZ_VALUE_ARGS,      /* const char *, a JSON object */
    EZ_VALUE_COUNT,     /* uint32_t, 1 to EXECZ_MAX_INSTANCES_MAX */
    EZ_VALUE_ATTEMPTS,  /* uint32_t, 1 to EXECZ_ATTEMPTS_MAX */
    EZ_VALUE_OVERLAP,   /* two uint32_t, EXECZ_OVERLAP_* and a limit; this and the next: policy.h */
    EZ_VALUE_OUTCOMES,  /* uint32_t, EXECZ_RETRY_ON_* */
    EZ_VALUE_FACTOR,    /* uint32_t, percent, 100 to EXECZ_RETRY_FACTOR_MAX */
    EZ_VALUE_SHARE,     /* uint32_t, percent, 0 to 100 */
    EZ_VALUE_STATUSES,  /* an ez_status_list */
    EZ_VALUE_PRIORITY,  /* int32_t */
    EZ_VALUE_SIZE,      /* uint64_t, 1 to EXECZ_OUTPUT_LIMIT_MAX */
    EZ_VALUE_DURATION,  /* execz_duration, 0 too */
    EZ_VALUE_TIMEOUT,   /* execz_duration > 0, or "unlimited": 0 */
    EZ_VALUE_GRACE,     /* execz_duration > 0, or "unlimited": -1 */
    EZ_VALUE_DELIVERY,  /* uint32_t, EXECZ_DELIVERY_* */
    EZ_VALUE_COALESCE,  /* uint32_t, EXECZ_COALESCE_* */
    EZ_VALUE_LOG_LEVEL, /* uint32_t, EXECZ_LOG_* */
    EZ_VALUE_YES,       /* uint32_t, 1: yes */
    EZ_VALUE_ELSEWHERE, /* not a value by itself: see schedule.h, body.h and config.c */
} ez_value_type;

/* What reading values needs and leaves behind. */
typedef struct ez_reading {
    const char *base_dir; /* absolute; where relative paths start */
    GPtrArray *arena;     /* takes what values own */
    ez_report *report;
} ez_reading;

/* Reads entry into *out, which is untouched on failure; false if that is reported. */
bool ez_value_read(const ez_reading *reading, const ez_ini_entry *entry, ez_value_type type,
                   void *out);

/* Adds a problem of entry's value at the byte offset, "KEY: message", with a hint if the value
 * looks as if quotes or comments were expected to mean something. */
void ez_value_problem(const ez_reading *reading, const ez_ini_entry *entry, size_t offset,
                      ez_config_code code, const char *format, ...) EXECZ_PRINTF(5, 6);

/* Has the arena free vector (NULL-terminated) and its texts; returns it. */
const char *const *ez_reading_keep(const ez_reading *reading, char **vector);

/* The same for one text. */
const char *ez_reading_keep_text(const ez_reading *reading, char *text);

#endif
