/* SPDX-License-Identifier: MIT */
#include "trigger/fields.h"

#include "base/error.h"
#include "trigger/expression.h"
#include "trigger/never.h"
#include "trigger/wall.h"

#include <string.h>

#define ALL_FIELDS ((1U << EZ_FIELDS) - 1)

/* Fixed once built. */
typedef struct fields_trigger {
    ez_trigger base;
    ez_pattern pattern;
    ez_policy policy, usual;
    char *arguments; /* owned */
} fields_trigger;

void
ez_fields_clear(ez_fields *self)
{
    for (int field = 0; field < EZ_FIELDS; field++) {
        g_clear_pointer(&self->texts[field], g_free);
    }
    g_clear_pointer(&self->arguments, g_free);
}

ez_policy
ez_fields_usual_policy(const ez_fields *self)
{
    bool repeated = *self->texts[EZ_FIELD_HOUR] == '*' || *self->texts[EZ_FIELD_MINUTE] == '*';

    return repeated ? EZ_POLICY_REPEATED : EZ_POLICY_FIXED;
}

bool
ez_fields_restricts(const ez_fields *self, ez_field field)
{
    return *self->texts[field] != '*' && *self->texts[field] != '?';
}

execz_status
ez_fields_read(const ez_fields *self, unsigned which, ez_values *values_out,
               ez_fields_mistake *mistake_out, execz_error *err)
{
    *values_out = (ez_values){
        .either_day = self->dialect == EZ_DIALECT_CRONTAB && (which & 1U << EZ_FIELD_DAY) != 0 &&
                      (which & 1U << EZ_FIELD_DAY_OF_WEEK) != 0 &&
                      ez_fields_restricts(self, EZ_FIELD_DAY) &&
                      ez_fields_restricts(self, EZ_FIELD_DAY_OF_WEEK),
    };
    for (int field = 0; field < EZ_FIELDS; field++) {
        const char *text = (which & 1U << field) != 0 ? self->texts[field] : "*";
        execz_status status = ez_expression_read((ez_field)field, self->dialect, text, values_out,
                                                 &mistake_out->offset, err);

        if (status != EXECZ_OK) {
            mistake_out->field = (ez_field)field;
            return status;
        }
    }
    return EXECZ_OK;
}

static ez_wall
wall_of(const fields_trigger *self)
{
    return (ez_wall){&self->pattern, self->base.scope.zone, self->policy};
}

/* Describes why a trigger whose pattern is found on a calendar never fires. */
static execz_status
fail_unreachable(const fields_trigger *self, execz_error *err)
{
    ez_wall wall = wall_of(self);

    if (ez_wall_next(&wall, INT64_MIN) != EXECZ_TIME_NEVER) {
        return ez_fail(err, EXECZ_E_PARSE,
                       "this never fires: none of its times lies between start_at and end_at");
    }
    wall.policy.gap = EZ_GAP_RUN;
    if (ez_wall_next(&wall, INT64_MIN) == EXECZ_TIME_NEVER) {
        return ez_fail(err, EXECZ_E_PARSE,
                       "this never fires: in UTC none of its times lies within the years 1970 to "
                       "2261");
    }
    return ez_fail(err, EXECZ_E_PARSE,
                   "this never fires: in %s clocks are set past each of its times; gap=run runs it "
                   "then",
                   ez_zone_name(self->base.scope.zone));
}

execz_status
ez_fields_finish(ez_fields *self, const ez_trigger_kind *kind, ez_scope *scope,
                 ez_trigger **trigger_out, ez_fields_mistake *mistake_out, execz_error *err)
{
    g_autoptr(ez_trigger) trigger = NULL;
    fields_trigger *made;
    ez_pattern pattern;
    ez_values values;
    execz_status status = ez_fields_read(self, ALL_FIELDS, &values, mistake_out, err);

    if (status != EXECZ_OK) {
        return status;
    }
    ez_pattern_init(&pattern, &values);
    *mistake_out = (ez_fields_mistake){EZ_FIELDS, 0};
    if (ez_pattern_next(&pattern, 0) == EZ_WALL_NONE) {
        return ez_never_explain(self, mistake_out, err);
    }
    trigger = ez_trigger_new(kind, sizeof *made, scope);
    made = (fields_trigger *)trigger;
    made->pattern = pattern;
    made->policy = self->policy;
    made->usual = ez_fields_usual_policy(self);
    made->arguments = g_steal_pointer(&self->arguments);
    if (ez_trigger_next(trigger, INT64_MIN) == EXECZ_TIME_NEVER) {
        return fail_unreachable(made, err);
    }
    *trigger_out = g_steal_pointer(&trigger);
    return EXECZ_OK;
}

execz_time
ez_fields_next(const ez_trigger *trigger, execz_time after)
{
    ez_wall wall = wall_of((const fields_trigger *)trigger);

    return ez_wall_next(&wall, after);
}

bool
ez_fields_last(const ez_trigger *trigger, execz_time until, execz_time *time_out)
{
    ez_wall wall = wall_of((const fields_trigger *)trigger);

    return ez_wall_last(&wall, until, time_out);
}

uint64_t
ez_fields_count(const ez_trigger *trigger, execz_time after, execz_time until, uint64_t limit)
{
    ez_wall wall = wall_of((const fields_trigger *)trigger);

    return ez_wall_count(&wall, after, until, limit);
}

/* Whether two schedules fire at the same wall times exactly where they fire together: the clock is
 * never set, or both skip gaps and choose the same of two. */
static bool
is_by_wall_time(const fields_trigger *a, const fields_trigger *b)
{
    const ez_zone *zone = a->base.scope.zone;

    if (strcmp(ez_zone_name(zone), ez_zone_name(b->base.scope.zone)) != 0) {
        return false;
    }
    return ez_segment_end(ez_zone_segment(zone, INT64_MIN)) == INT64_MAX ||
           (a->policy.gap == EZ_GAP_SKIP && b->policy.gap == EZ_GAP_SKIP &&
            a->policy.fold == b->policy.fold);
}

bool
ez_fields_meet(const ez_trigger *a, const ez_trigger *b, ez_trigger **common_out)
{
    const fields_trigger *one = (const fields_trigger *)a, *other = (const fields_trigger *)b;
    ez_scope scope = a->scope;
    ez_pattern pattern;
    fields_trigger *made;

    if (b->kind->meet != a->kind->meet || !is_by_wall_time(one, other)) {
        return false;
    }
    *common_out = NULL;
    if (!ez_pattern_meet(&one->pattern, &other->pattern, &pattern)) {
        return true;
    }
    scope.zone = ez_zone_ref(scope.zone);
    scope.start_at.time = MAX(scope.start_at.time, b->scope.start_at.time);
    scope.end_at.time = MIN(scope.end_at.time, b->scope.end_at.time);
    *common_out = ez_trigger_new(a->kind, sizeof *made, &scope);
    made = (fields_trigger *)*common_out;
    made->pattern = pattern;
    made->policy = made->usual = one->policy;
    return true;
}

ez_policy
ez_fields_policy(const ez_trigger *trigger)
{
    return ((const fields_trigger *)trigger)->policy;
}

execz_time
ez_fields_next_under(const ez_trigger *trigger, ez_policy policy, execz_time after)
{
    ez_wall wall = wall_of((const fields_trigger *)trigger);

    wall.policy = policy;
    return ez_wall_next(&wall, after);
}

int64_t
ez_fields_next_wall(const ez_trigger *trigger, int64_t wall)
{
    return ez_pattern_next(wall_of((const fields_trigger *)trigger).pattern, wall);
}

void
ez_fields_format(const ez_trigger *trigger, GString *text)
{
    const fields_trigger *self = (const fields_trigger *)trigger;

    g_string_append(text, self->arguments);
    ez_policy_append(&self->policy, self->usual, text);
}

void
ez_fields_deinit(ez_trigger *trigger)
{
    g_free(((fields_trigger *)trigger)->arguments);
}
