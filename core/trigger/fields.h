/* SPDX-License-Identifier: MIT */
/* What cron and crontab have in common: a schedule of eight fields, and the trigger it makes. */
#ifndef EZ_TRIGGER_FIELDS_H
#define EZ_TRIGGER_FIELDS_H

#include "trigger/field.h"
#include "trigger/kind.h"
#include "trigger/policy.h"

/* A schedule on its way from text to trigger. */
typedef struct ez_fields {
    ez_dialect dialect;
    char *texts[EZ_FIELDS]; /* owned; none is NULL once it is complete */
    char *arguments;        /* owned: the trigger's own arguments, as they are written again */
    ez_policy policy;
} ez_fields;

/* Where a schedule is wrong. */
typedef struct ez_fields_mistake {
    ez_field field; /* EZ_FIELDS: nowhere in particular */
    size_t offset;  /* in the field's text */
} ez_fields_mistake;

void ez_fields_clear(ez_fields *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ez_fields, ez_fields_clear)

/* The policy if no other is told: a schedule whose hour or minute begins with "*" is repeated. */
ez_policy ez_fields_usual_policy(const ez_fields *self);

/* The text of the fields as values, those of the fields in which (bits by ez_field), and "*" for
 * the others. */
execz_status ez_fields_read(const ez_fields *self, unsigned which, ez_values *values_out,
                            ez_fields_mistake *mistake_out, execz_error *err);

/* Whether a field leaves anything out, by how it is written. */
bool ez_fields_restricts(const ez_fields *self, ez_field field);

/* Makes a trigger of kind; takes what scope and the schedule hold.  One that can never fire is
 * refused. */
execz_status ez_fields_finish(ez_fields *self, const ez_trigger_kind *kind, ez_scope *scope,
                              ez_trigger **trigger_out, ez_fields_mistake *mistake_out,
                              execz_error *err);

/* The operations of a kind whose triggers are made so. */
execz_time ez_fields_next(const ez_trigger *trigger, execz_time after);
bool ez_fields_last(const ez_trigger *trigger, execz_time until, execz_time *time_out);
uint64_t ez_fields_count(const ez_trigger *trigger, execz_time after, execz_time until,
                         uint64_t limit);
bool ez_fields_meet(const ez_trigger *a, const ez_trigger *b, ez_trigger **common_out);
ez_policy ez_fields_policy(const ez_trigger *trigger);
execz_time ez_fields_next_under(const ez_trigger *trigger, ez_policy policy, execz_time after);
int64_t ez_fields_next_wall(const ez_trigger *trigger, int64_t wall);
void ez_fields_format(const ez_trigger *trigger, GString *text);
void ez_fields_deinit(ez_trigger *trigger);

#endif
