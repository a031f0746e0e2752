/* SPDX-License-Identifier: MIT */
/* What a kind of trigger implements, and the part all triggers have.  Only for the files of this
 * layer. */
#ifndef EZ_TRIGGER_KIND_H
#define EZ_TRIGGER_KIND_H

#include <stdatomic.h>

#include "trigger/scope.h"
#include "trigger/trigger.h"

/* The operations answer for the whole series: start_at and end_at are applied by trigger.c. */
typedef struct ez_trigger_kind {
    const char *name; /* as in the text form */

    /* Makes a trigger of the text name(...). */
    execz_status (*build)(ez_build *build, const ez_syntax_call *call, ez_trigger **trigger_out);

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
} ez_trigger_kind;

/* Comes first in the struct of each kind.  Fixed once built, but for the count. */
struct ez_trigger {
    const ez_trigger_kind *kind;
    atomic_uint references;
    ez_scope scope; /* owned */
};

/* A zeroed trigger of size bytes with one reference; takes what scope holds. */
ez_trigger *ez_trigger_new(const ez_trigger_kind *kind, size_t size, ez_scope *scope);

#endif
