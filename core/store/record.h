/* SPDX-License-Identifier: MIT */
/* The records of a store: JSON texts with a version, data and never code.
 *
 * A record of a task has its whole spec, with nothing left to a default, and the phase of its schedule.
 * A record of an occurrence has what is not in the store's own fields.  Whatever is left at its usual
 * value is left out; texts that are not UTF-8, as arguments of commands may be, are kept as
 * {"base64": "..."}.  A reader passes over names it does not know, and refuses a higher version. */
#ifndef EZ_STORE_RECORD_H
#define EZ_STORE_RECORD_H

#include <execz/history.h>
#include <execz/store.h>

#include "task/task.h"

#define EZ_RECORD_VERSION 1
#define EZ_RECORD_MAX (UINT64_C(1) << 29) /* bytes of one; a longer one is not read */

/* What is kept of a task beside its spec and its next run time. */
typedef struct ez_task_state {
    ez_trigger *phase;       /* owned; its trigger as it goes on; NULL: it is that of its text */
    bool paused;             /* if not, the next two say nothing */
    char *pause_reason;      /* owned; NULL: none */
    execz_time paused_until; /* EXECZ_TIME_NEVER: until somebody resumes it */
} ez_task_state;

void ez_task_state_clear(ez_task_state *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ez_task_state, ez_task_state_clear)

/* Caller frees. */
char *ez_record_format_task(const ez_task *task, const ez_task_state *state);

/* NULL if the text is no record of a task, and err says what is wrong with it. */
ez_task *ez_record_parse_task(const char *text, size_t length, const ez_task_tables *tables,
                              ez_task_state *state_out, execz_error *err);

/* Appends the record of an occurrence: what a history record has beside the fields of a change; and, of
 * one that is open, how often in a row a scheduler has ended while it was under way. */
void ez_record_append_occurrence(GString *text, const execz_history_record *record,
                                 uint32_t restarts);

/* What the host knows of an occurrence that a store tells of; texts are owned by *arena_out, for
 * json_decref(), and by the store.  A record that cannot be read leaves its part empty, and the
 * message says so. */
struct json_t *ez_record_read_occurrence(const execz_store_occurrence *kept,
                                         execz_history_record *record_out);

/* How often that was, as what ez_record_read_occurrence() returns says. */
uint32_t ez_record_restarts(const struct json_t *record);

#endif
