/* SPDX-License-Identifier: MIT */
/**
 * execz/trigger.h -- when a task runs, asked without a scheduler: to check a text, or to preview it.
 *
 *     execz_trigger *trigger = execz_trigger_parse("cron(hour=2)", &surroundings, &column, &err);
 *     execz_time at = now;
 *     do {
 *         if (execz_trigger_next(trigger, at, &at) == EXECZ_OK && at != EXECZ_TIME_NEVER) {
 *             ... it fires at this time; EXECZ_E_BUSY means no more than "search on from here" ...
 *         }
 *     } while (at != EXECZ_TIME_NEVER);
 *
 * A trigger is a pure function of time: it reads no clock and keeps no state, so that all calls may
 * be made from any thread.  Searching costs at most a millisecond, whatever the text; reading one
 * may take longer, as the file of a time zone that nobody holds is read, too.  NULL for a trigger or
 * for where an answer goes is answered with EXECZ_E_INVAL, 0 or "".
 */
#ifndef EXECZ_TRIGGER_H
#define EXECZ_TRIGGER_H

#include <execz/types.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct execz_trigger execz_trigger;

/** What a trigger takes from its surroundings if its text does not say it. */
typedef struct execz_trigger_surroundings {
    uint32_t size;
    uint32_t reserved;    /* 0 */
    const char *timezone; /* IANA name; NULL: "UTC" */
    execz_time anchor;    /* from when an interval without start_at counts; what "now" is */
} execz_trigger_surroundings;

/* clang-format off */
#define EXECZ_TRIGGER_SURROUNDINGS_INIT {sizeof(execz_trigger_surroundings), 0, NULL, 0}
/* clang-format on */

/**
 * Reads a trigger from its text, e.g. "or(cron(hour=2), interval(hours=6))".
 *
 * @surroundings  NULL: UTC, and intervals count from 1970
 * @column_out    of the mistake in the text, in bytes from 1; may be NULL
 * @err           filled on failure; may be NULL
 *
 * NULL if the text is wrong (EXECZ_E_PARSE), which includes one that would never fire; if it is
 * longer or nested deeper than triggers may be (EXECZ_E_LIMIT); or if intervals cannot count from
 * that anchor, text is NULL, or surroundings are not initialised (EXECZ_E_INVAL).  [any-thread]
 */
EXECZ_API execz_trigger *execz_trigger_parse(const char *text,
                                             const execz_trigger_surroundings *surroundings,
                                             size_t *column_out, execz_error *err);

/** The same of a line of a crontab, e.g. "30 2 * * 1-5" or "@daily".  [any-thread] */
EXECZ_API execz_trigger *execz_trigger_from_crontab(const char *line,
                                                    const execz_trigger_surroundings *surroundings,
                                                    size_t *column_out, execz_error *err);

/** The same of the length of an interval, e.g. "1h 30m".  [any-thread] */
EXECZ_API execz_trigger *execz_trigger_from_every(const char *length,
                                                  const execz_trigger_surroundings *surroundings,
                                                  size_t *column_out, execz_error *err);

/** The same of a point in time, e.g. "2027-01-31T09:00:00".  [any-thread] */
EXECZ_API execz_trigger *execz_trigger_from_at(const char *time,
                                               const execz_trigger_surroundings *surroundings,
                                               size_t *column_out, execz_error *err);

/** Frees a trigger.  NULL is fine.  [any-thread] */
EXECZ_API void execz_trigger_free(execz_trigger *self);

/**
 * Finds the first fire time strictly after `after`.
 *
 * @time_out  EXECZ_TIME_NEVER if there is none; may be where `after` was read from
 *
 * EXECZ_OK; or EXECZ_E_BUSY if triggers within `and` so rarely fire together that the search has
 * ended early: nothing fires after `after` up to *time_out, which is later, and the search goes on
 * when it is repeated from there.  [any-thread]
 */
EXECZ_API execz_status execz_trigger_next(const execz_trigger *self, execz_time after,
                                          execz_time *time_out);

/**
 * Finds the last fire time at or before until.
 *
 * EXECZ_OK; EXECZ_E_NOT_FOUND if there is none, and then *time_out is left alone; or EXECZ_E_BUSY
 * as above: nothing fires after *time_out, which is earlier than until.  [any-thread]
 */
EXECZ_API execz_status execz_trigger_last(const execz_trigger *self, execz_time until,
                                          execz_time *time_out);

/**
 * Counts the fire times after `after` and at or before until, no further than limit.  Where `or`
 * and `and` would take too long it is at least that many.  [any-thread]
 */
EXECZ_API uint64_t execz_trigger_count(const execz_trigger *self, execz_time after,
                                       execz_time until, uint64_t limit);

/** 1 if it fires, besides, when the scheduler shuts down; else 0.  [any-thread] */
EXECZ_API int execz_trigger_at_shutdown(const execz_trigger *self);

/**
 * 1 if it fires once, and from then on a while after the end of each run, as "interval(minutes=5,
 * from=end)" does; else 0.  [any-thread]
 */
EXECZ_API int execz_trigger_counts_from_end(const execz_trigger *self);

/**
 * Writes the text that execz_trigger_parse() reads back to an equal trigger, in any surroundings.
 *
 * @text  at most size bytes are written to it, the last of them 0; NULL if size is 0
 *
 * Returns the length of the whole text, like snprintf().  [any-thread]
 */
EXECZ_API size_t execz_trigger_format(const execz_trigger *self, char *text, size_t size);

/**
 * Writes what the wall clock of its time zone shows, e.g. "2027-03-28T03:00:00+02:00", the same
 * way.  [any-thread]
 */
EXECZ_API size_t execz_trigger_local_time(const execz_trigger *self, execz_time time, char *text,
                                          size_t size);

/**
 * Writes in words what a clock that was set did to the fire time `time`, or to those that would
 * have come between `after` and it, e.g. "gap: 02:30 does not exist, run at 03:00 (gap=run)"; ""
 * if it did nothing.  The same way.  [any-thread]
 */
EXECZ_API size_t execz_trigger_note(const execz_trigger *self, execz_time after, execz_time time,
                                    char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
