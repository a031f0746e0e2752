/* SPDX-License-Identifier: MIT */
/* Fire times that several triggers have in common, to the nanosecond.
 *
 * The idea.  Intervals and dates are series of points, and what series have in common is a series
 * again, which the Chinese remainder theorem gives at once, however rarely they meet (series.c).
 * Cron fields are bits, and what two of them have in common are the bits that both have, where
 * that does not depend on how clocks are set (fields.c).
 * What else there is, is searched for by leaping: each trigger in turn is asked for its first time
 * not before the candidate, which becomes the candidate, until all agree.  A search forwards and
 * one backwards are mirror images.
 *
 * What remains is triggers that fire often and nearly never together, like two cron expressions
 * for neighbouring seconds in a zone where that is not known beforehand.  A search that runs until
 * they meet would hang, and one that gives up would lose the meeting behind that.  So a search ends
 * after a bounded number of steps and says how far it came: before that time nothing fires.  The
 * scheduler looks again at that time, which is not later than the next fire time, so that
 * nothing is lost, and until then the task costs nothing.
 *
 * Invariants: a candidate only grows, and nothing fires before it.  A search that ends early has
 * moved on by more than a nanosecond, so that searching on from there is not the same again: while
 * the candidate is still after + 1, all that were asked fire then, and at the latest after the last
 * of them that is the answer.
 *
 * Rejected: to answer `never` after so many steps (wrong), to multiply `and` of `or` out (texts of
 * 4096 bytes give billions of terms), to remember the state of a search (triggers are immutable). */
#include "trigger/and.h"

#include "trigger/combine.h"

typedef struct conjunction {
    ez_combination base;
    bool has_series;
    ez_series series;   /* all that can be said by one */
    ez_trigger **parts; /* owned array of owned triggers: all others */
    guint n_parts;
    execz_duration grain; /* the coarsest of the parts'; 0: they have none */
} conjunction;

/* ---- searching ------------------------------------------------------------------------------- */

static guint
n_voices(const conjunction *self)
{
    return self->n_parts + self->has_series;
}

static ez_found
voice_next(const conjunction *self, guint i, execz_time after, unsigned *steps)
{
    if (i < self->n_parts) {
        return ez_trigger_search_next(self->parts[i], after, steps);
    }
    *steps -= *steps > 0;
    return (ez_found){ez_series_next(&self->series, after), true};
}

static ez_found
voice_last(const conjunction *self, guint i, execz_time until, unsigned *steps)
{
    ez_found found = {EZ_TIME_NONE, true};

    if (i < self->n_parts) {
        return ez_trigger_search_last(self->parts[i], until, steps);
    }
    *steps -= *steps > 0;
    (void)ez_series_last(&self->series, until, &found.time);
    return found;
}

static ez_found
and_next(const ez_trigger *base, execz_time after, unsigned *steps)
{
    const conjunction *self = (const conjunction *)base;
    execz_time candidate = after == EXECZ_TIME_NEVER ? after : after + 1;
    guint agreeing = 0;

    for (guint i = 0; agreeing < n_voices(self); i = (i + 1) % n_voices(self)) {
        ez_found found;

        if (candidate == EXECZ_TIME_NEVER) {
            break;
        }
        if (*steps == 0 && candidate > after + 1) {
            return (ez_found){candidate, false};
        }
        found = voice_next(self, i, candidate - 1, steps);
        agreeing = found.time == candidate ? agreeing + 1 : 1;
        candidate = found.time;
        if (!found.sure) {
            return found;
        }
    }
    return (ez_found){candidate, true};
}

static ez_found
and_last(const ez_trigger *base, execz_time until, unsigned *steps)
{
    const conjunction *self = (const conjunction *)base;
    execz_time candidate = until;
    guint agreeing = 0;

    for (guint i = 0; agreeing < n_voices(self); i = (i + 1) % n_voices(self)) {
        ez_found found;

        if (candidate == EZ_TIME_NONE) {
            break;
        }
        if (*steps == 0 && candidate < until) {
            return (ez_found){candidate, false};
        }
        found = voice_last(self, i, candidate, steps);
        agreeing = found.time == candidate ? agreeing + 1 : 1;
        candidate = found.time;
        if (!found.sure) {
            return found;
        }
    }
    return (ez_found){candidate, true};
}

static uint64_t
and_count(const ez_trigger *base, execz_time after, execz_time until, uint64_t limit,
          unsigned *steps)
{
    const conjunction *self = (const conjunction *)base;
    uint64_t n = 0;

    if (self->n_parts == 0) {
        return MIN(ez_series_count(&self->series, after, until), limit);
    }
    while (*steps > 0 && n < limit) {
        ez_found found = and_next(base, after, steps);

        if (found.time > until) {
            break;
        }
        n += found.sure;
        after = found.sure ? found.time : found.time - 1;
    }
    return n;
}

/* ---- building -------------------------------------------------------------------------------- */

/* Adds a part, merged with the one that it can be merged with; false if they never meet. */
static bool
add_part(conjunction *self, ez_trigger *trigger)
{
    for (guint i = 0; trigger->kind->meet != NULL && i < self->n_parts; i++) {
        ez_trigger *common = NULL;

        if (!trigger->kind->meet(trigger, self->parts[i], &common)) {
            continue;
        }
        if (common == NULL) {
            return false;
        }
        ez_trigger_unref(self->parts[i]);
        self->parts[i] = common;
        return true;
    }
    self->grain = MAX(self->grain, trigger->kind->grain);
    self->parts[self->n_parts++] = ez_trigger_ref(trigger);
    return true;
}

/* Sorts the children into the series and the other parts; false if some never meet. */
static bool
split(conjunction *self)
{
    const GPtrArray *children = self->base.children;
    ez_series series;

    self->parts = g_new0(ez_trigger *, children->len);
    for (guint i = 0; i < children->len; i++) {
        if (!ez_trigger_get_series(children->pdata[i], &series)) {
            if (!add_part(self, children->pdata[i])) {
                return false;
            }
        } else if (!self->has_series) {
            self->has_series = true;
            self->series = series;
        } else if (!ez_series_meet(&self->series, &series, &self->series)) {
            return false;
        }
    }
    return true;
}

/* Keeps of the series what others can meet: where one of them fires at whole seconds only, the rest
 * is not worth a step. */
static bool
thin_out(conjunction *self)
{
    ez_series grid = ez_series_of_multiples(self->grain);

    return !self->has_series || self->grain == 0 ||
           ez_series_meet(&self->series, &grid, &self->series);
}

/* Whatever the bounds of the whole are. */
static bool
is_known_never_to_fire(const conjunction *self, unsigned *steps)
{
    ez_found found = and_next(&self->base.base, INT64_MIN, steps);

    return found.sure && found.time == EXECZ_TIME_NEVER;
}

static execz_status
and_build(ez_build *build, const ez_syntax_call *call, ez_trigger **trigger_out)
{
    g_autoptr(ez_trigger) trigger = NULL;
    execz_status status =
        ez_combination_build(build, call, &ez_and_kind, sizeof(conjunction), &trigger);
    conjunction *self = (conjunction *)trigger;

    if (status != EXECZ_OK) {
        return status;
    }
    if (!split(self) || !thin_out(self) || is_known_never_to_fire(self, &build->steps)) {
        return ez_build_fail(build, call->column,
                             "the triggers within and never fire at the same time, so that it "
                             "would never fire%s",
                             ez_combination_counts_from_anchor(trigger)
                                 ? "; give each interval and calendar a start_at, without which it "
                                   "counts from when it is added"
                                 : "");
    }
    status = ez_combination_check_bounds(build, call, trigger);
    if (status == EXECZ_OK) {
        *trigger_out = g_steal_pointer(&trigger);
    }
    return status;
}

static bool
and_series(const ez_trigger *base, ez_series *series_out)
{
    const conjunction *self = (const conjunction *)base;

    *series_out = self->series;
    return self->n_parts == 0;
}

static void
and_deinit(ez_trigger *base)
{
    conjunction *self = (conjunction *)base;

    for (guint i = 0; i < self->n_parts; i++) {
        ez_trigger_unref(self->parts[i]);
    }
    g_free(self->parts);
    ez_combination_deinit(base);
}

static const ez_search search = {and_next, and_last, and_count};

const ez_trigger_kind ez_and_kind = {
    .name = "and",
    .build = and_build,
    .search = &search,
    .series = and_series,
    .format = ez_combination_format,
    .deinit = and_deinit,
};
