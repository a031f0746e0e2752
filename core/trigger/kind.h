/* SPDX-License-Identifier: MIT */
/* What a kind of trigger implements, and the part all triggers have.  Only for the files of this
 * layer. */
#ifndef EZ_TRIGGER_KIND_H
#define EZ_TRIGGER_KIND_H

#include <stdatomic.h>

#include "trigger/pattern.h"
#include "trigger/policy.h"
#include "trigger/scope.h"
#include "trigger/series.h"
#include "trigger/trigger.h"

/* The work that one call may do, in calls of triggers that have no others within them.  Those cost
 * at most a few hundred nanoseconds each. */
#define EZ_STEPS_PER_CALL 1000

/* How triggers with others within them search: not further than steps go, each of which is one call
 * of a trigger without.  Once they are used up, only what progress needs is still done. */
typedef struct ez_search {
    ez_found (*next)(const ez_trigger *self, execz_time after, unsigned *steps);
    ez_found (*last)(const ez_trigger *self, execz_time until, unsigned *steps);
    uint64_t (*count)(const ez_trigger *self, execz_time after, execz_time until, uint64_t limit,
                      unsigned *steps);
} ez_search;

/* The operations answer for the whole series: start_at and end_at are applied by trigger.c. */
typedef struct ez_trigger_kind {
    const char *name; /* as in the text form */

    /* Makes a trigger of the text name(...). */
    execz_status (*build)(ez_build *build, const ez_syntax_call *call, ez_trigger **trigger_out);

    /* In place of the next three, for a kind with triggers within it; else NULL. */
    const ez_search *search;

    /* The first fire time strictly after `after`, or EXECZ_TIME_NEVER. */
    execz_time (*next)(const ez_trigger *self, execz_time after);

    /* The last fire time at or before until, which is never EXECZ_TIME_NEVER; false if there is
     * none. */
    bool (*last)(const ez_trigger *self, execz_time until, execz_time *time_out);

    /* How many fire times lie after `after` and at or before until, counting no further than limit;
     * after < until < EXECZ_TIME_NEVER. */
    uint64_t (*count)(const ez_trigger *self, execz_time after, execz_time until, uint64_t limit);

    /* Appends the kind's own arguments; those of the scope follow. */
    void (*format)(const ez_trigger *self, GString *text);

    /* Releases what the kind added to ez_trigger; NULL if that is nothing. */
    void (*deinit)(ez_trigger *self);

    /* Whether it fires when the scheduler shuts down; NULL if it does not. */
    bool (*at_shutdown)(const ez_trigger *self);

    /* What it is as a series, bounds aside; false if it is none.  NULL if it never is. */
    bool (*series)(const ez_trigger *self, ez_series *series_out);

    /* Its policy for clocks that are set, and next under another one.  NULL if it has none. */
    ez_policy (*policy)(const ez_trigger *self);
    execz_time (*next_under)(const ez_trigger *self, ez_policy policy, execz_time after);

    /* The first wall time of the schedule from wall on, in seconds since 1970 of the wall clock,
     * whatever the clock of its zone shows; EZ_WALL_NONE if there is none.  NULL as those above. */
    int64_t (*next_wall)(const ez_trigger *self, int64_t wall);

    /* Sets *common_out to what the two have in common, NULL if that is nothing; false if that is not
     * known.  b may be of any kind.  NULL if it never is. */
    bool (*meet)(const ez_trigger *a, const ez_trigger *b, ez_trigger **common_out);

    /* The same, counted from anchor.  NULL: it has to be read from its text again. */
    ez_trigger *(*count_from)(const ez_trigger *self, execz_time anchor);

    /* Whether it fires once, and then counts from the end of that run; and what it is then, NULL if
     * that cannot be told.  NULL if it never does. */
    bool (*counts_from_end)(const ez_trigger *self);
    ez_trigger *(*after_end)(const ez_trigger *self, execz_time end);

    bool zoneless; /* its text tells no time zone */

    /* All its fire times are multiples of this; 0: of 1 ns. */
    execz_duration grain;
} ez_trigger_kind;

/* Comes first in the struct of each kind.  Fixed once built, but for the count. */
struct ez_trigger {
    const ez_trigger_kind *kind;
    atomic_uint references;
    bool anchored;  /* as it was read from its text: something in it counts from the anchor */
    ez_scope scope; /* owned */
};

/* A zeroed trigger of size bytes with one reference; takes what scope holds. */
ez_trigger *ez_trigger_new(const ez_trigger_kind *kind, size_t size, ez_scope *scope);

/* What the functions of trigger.h do, with the steps of a greater search. */
ez_found ez_trigger_search_next(const ez_trigger *self, execz_time after, unsigned *steps);
ez_found ez_trigger_search_last(const ez_trigger *self, execz_time until, unsigned *steps);
uint64_t ez_trigger_search_count(const ez_trigger *self, execz_time after, execz_time until,
                                 uint64_t limit, unsigned *steps);

/* All its fire times as a series; false if it is none. */
bool ez_trigger_get_series(const ez_trigger *self, ez_series *series_out);

/* Appends the text of a trigger within another one, which gives it a zone. */
void ez_trigger_append(const ez_trigger *self, const char *given_zone, GString *text);

/* Makes a trigger of any kind. */
execz_status ez_trigger_build(ez_build *build, const ez_syntax_call *call,
                              ez_trigger **trigger_out);

#endif
