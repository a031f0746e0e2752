/* SPDX-License-Identifier: MIT */
/* A fire time is compared with what the same schedule does under other policies: one that it has
 * under gap=skip too is a wall time that exists, and what gap=run adds to that are those that do
 * not. */
#include "trigger/edge.h"

#include "trigger/and.h"
#include "trigger/combine.h"
#include "trigger/days.h"
#include "trigger/kind.h"
#include "trigger/policy.h"

static const ez_policy plain = {EZ_GAP_SKIP, EZ_FOLD_BOTH};

static bool
fires(const ez_trigger *self, ez_policy policy, execz_time time)
{
    return self->kind->next_under(self, policy, time - 1) == time;
}

/* "02:30", "02:30:15" or, if dated, "2027-03-28 02:30". */
static char *
wall_text(int64_t wall, bool dated)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(wall);

    return g_date_time_format(at, dated ? "%Y-%m-%d %H:%M" : wall % 60 == 0 ? "%H:%M" : "%H:%M:%S");
}

static char *
fold_note(const ez_trigger *self, const char *fold, int64_t utc)
{
    const ez_zone *zone = self->scope.zone;
    int64_t wall = utc + ez_zone_segment(zone, utc)->offset, both[2];
    g_autofree char *shown = wall_text(wall, false);

    if (ez_policy_times(&plain, zone, wall, both) < 2) {
        return NULL;
    }
    return g_strdup_printf("fold: %s comes twice, %s of two (fold=%s)", shown,
                           utc == both[0] ? "first" : "second", fold);
}

/* The first wall time of the schedule in the gap before a segment. */
static int64_t
wall_in_gap(const ez_trigger *self, const ez_segment *behind)
{
    return self->kind->next_wall(self, behind->begin + behind[-1].offset);
}

static char *
gap_note(const ez_trigger *self, const ez_policy *policy, int64_t utc)
{
    const ez_segment *behind = ez_zone_segment(self->scope.zone, utc);
    bool shifted = policy->gap == EZ_GAP_SHIFT, dated;
    int64_t missing, wall = utc + behind->offset;
    g_autofree char *shown = NULL;
    g_autofree char *run = NULL;

    if (behind->begin == INT64_MIN) {
        return NULL;
    }
    missing = shifted ? utc + behind[-1].offset : wall_in_gap(self, behind);
    dated = missing / EZ_DAY_SECONDS != wall / EZ_DAY_SECONDS;
    shown = wall_text(missing, dated);
    run = wall_text(wall, dated);
    return g_strdup_printf("gap: %s does not exist, run at %s (gap=%s)", shown, run,
                           shifted ? "shift" : "run");
}

/* Of the first fire time that was skipped. */
static char *
skip_note(const ez_trigger *self, execz_time after, execz_time time)
{
    ez_policy run = {EZ_GAP_RUN, EZ_FOLD_BOTH};
    execz_time at = self->kind->next_under(self, run, after);
    g_autofree char *shown = NULL;
    int64_t utc = at / EXECZ_SECOND;

    if (at >= time || fires(self, plain, at)) {
        return NULL;
    }
    shown = wall_text(wall_in_gap(self, ez_zone_segment(self->scope.zone, utc)), true);
    return g_strdup_printf("gap: %s does not exist, skipped (gap=skip)", shown);
}

/* made: whether it fires at time. */
static char *
note_of_leaf(const ez_trigger *self, bool made, execz_time after, execz_time time)
{
    static const char *const folds[] = {"first", "second", "both"};
    ez_policy policy = self->kind->policy(self);
    int64_t utc = time / EXECZ_SECOND;
    char *note = NULL;

    if (made) {
        note = fires(self, plain, time) ? fold_note(self, folds[policy.fold], utc)
                                        : gap_note(self, &policy, utc);
    }
    if (note == NULL && policy.gap == EZ_GAP_SKIP) {
        note = skip_note(self, after, time);
    }
    return note;
}

static bool
has_made(const ez_trigger *self, execz_time time)
{
    unsigned steps = EZ_STEPS_PER_CALL;
    ez_found found = ez_trigger_search_next(self, time - 1, &steps);

    return found.sure && found.time == time;
}

/* NULL if there is nothing to say.  What has not made this fire time can have been skipped before
 * it; but of `and` one trigger that was skipped says nothing of the others. */
static char *
find_note(const ez_trigger *self, execz_time after, execz_time time)
{
    bool made = has_made(self, time);
    char *note = NULL;

    after = ez_scope_clamp_after(&self->scope, after);
    if (time > self->scope.end_at.time || (!made && self->kind == &ez_and_kind)) {
        return NULL;
    }
    if (self->kind->search != NULL) {
        const GPtrArray *children = ((const ez_combination *)self)->children;

        for (guint i = 0; note == NULL && i < children->len; i++) {
            note = find_note(children->pdata[i], after, time);
        }
    } else if (self->kind->next_under != NULL) {
        note = note_of_leaf(self, made, after, time);
    }
    return note;
}

char *
ez_edge_note(const ez_trigger *self, execz_time after, execz_time time)
{
    bool told = time >= EZ_CIVIL_BEGIN && time < EZ_CIVIL_END;
    char *note = told ? find_note(self, after, time) : NULL;

    return note != NULL ? note : g_strdup("");
}
