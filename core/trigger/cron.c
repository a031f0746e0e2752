/* SPDX-License-Identifier: MIT */
#include "trigger/cron.h"

#include "trigger/fields.h"

#include <string.h>

static const char *const keys[] = {
    "year",   "month", "day",  "week",     "day_of_week", "hour",   "minute",
    "second", "gap",   "fold", "start_at", "end_at",      "jitter", "timezone",
};
static const ez_signature signature = {keys, G_N_ELEMENTS(keys), NULL};

/* What a field is that was not given: one to the left of the last that was is "*", so that
 * cron(hour=2) is every day; one to the right is its least, so that it is once a day. */
static const char *
default_text(ez_field field, ez_field last_given)
{
    if (field < last_given || field == EZ_FIELD_WEEK || field == EZ_FIELD_DAY_OF_WEEK) {
        return "*";
    }
    return field == EZ_FIELD_MONTH || field == EZ_FIELD_DAY ? "1" : "0";
}

static execz_status
read_texts(ez_fields *self, ez_build *build, const ez_syntax_call *call)
{
    GString *arguments = g_string_new(NULL);
    int last_given = -1;

    for (int field = 0; field < EZ_FIELDS; field++) {
        const ez_syntax_argument *argument =
            ez_arguments_find(call, &signature, ez_field_names[field]);

        if (argument != NULL) {
            last_given = field;
            self->texts[field] = g_strstrip(g_strdup(argument->value));
            ez_syntax_append(arguments, argument->key, self->texts[field]);
        }
    }
    self->arguments = g_string_free(arguments, FALSE);
    for (int field = 0; field < EZ_FIELDS; field++) {
        if (self->texts[field] == NULL) {
            self->texts[field] = g_strdup(default_text((ez_field)field, (ez_field)last_given));
        }
    }
    if (last_given < 0) {
        return ez_build_fail(build, call->column,
                             "cron needs at least one field, e.g. cron(hour=2, minute=30)");
    }
    return EXECZ_OK;
}

/* Adds to a mistake in build->err where it is. */
static execz_status
blame_field(ez_build *build, const ez_syntax_call *call, const ez_fields_mistake *mistake,
            execz_status status)
{
    const ez_syntax_argument *argument = NULL;

    build->column = call->column;
    if (mistake->field < EZ_FIELDS) {
        argument = ez_arguments_find(call, &signature, ez_field_names[mistake->field]);
    }
    if (argument != NULL) {
        ez_build_blame(build, argument, status);
        build->column +=
            argument->is_quoted + strspn(argument->value, EZ_SYNTAX_BLANKS) + mistake->offset;
    }
    return status;
}

static execz_status
cron_build(ez_build *build, const ez_syntax_call *call, ez_trigger **trigger_out)
{
    g_auto(ez_fields) fields = {.dialect = EZ_DIALECT_CRON};
    execz_status status = ez_arguments_check(build, call, &signature);
    ez_fields_mistake mistake;
    ez_scope scope;

    if (status == EXECZ_OK) {
        status = read_texts(&fields, build, call);
    }
    if (status == EXECZ_OK) {
        status = ez_policy_read(&fields.policy, ez_fields_usual_policy(&fields), build, call,
                                &signature);
    }
    if (status == EXECZ_OK) {
        status = ez_scope_read(&scope, build, call, &signature);
    }
    if (status != EXECZ_OK) {
        return status;
    }
    status = ez_fields_finish(&fields, &ez_cron_kind, &scope, trigger_out, &mistake, build->err);
    ez_scope_clear(&scope);
    return status == EXECZ_OK ? status : blame_field(build, call, &mistake, status);
}

const ez_trigger_kind ez_cron_kind = {
    .name = "cron",
    .build = cron_build,
    .next = ez_fields_next,
    .last = ez_fields_last,
    .count = ez_fields_count,
    .format = ez_fields_format,
    .deinit = ez_fields_deinit,
    .meet = ez_fields_meet,
    .policy = ez_fields_policy,
    .next_under = ez_fields_next_under,
    .next_wall = ez_fields_next_wall,
    .grain = EXECZ_SECOND,
};
