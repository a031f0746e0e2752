/* SPDX-License-Identifier: MIT */
#include "trigger/text.h"

#include "base/error.h"
#include "base/parse.h"
#include "trigger/and.h"
#include "trigger/calendar.h"
#include "trigger/cron.h"
#include "trigger/crontab.h"
#include "trigger/date.h"
#include "trigger/interval.h"
#include "trigger/or.h"
#include "trigger/shutdown.h"

#include <string.h>

/* Every kind there is. */
static const ez_trigger_kind *const kinds[] = {
    &ez_calendar_kind, &ez_cron_kind, &ez_crontab_kind, &ez_date_kind,
    &ez_interval_kind, &ez_or_kind,   &ez_and_kind,     &ez_shutdown_kind,
};

static execz_status
fail_unknown_kind(ez_build *build, const ez_syntax_call *call)
{
    const char *names[G_N_ELEMENTS(kinds)];
    g_autofree char *known = NULL;
    const char *nearest;

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        names[i] = kinds[i]->name;
    }
    known = ez_words_join(names, G_N_ELEMENTS(names));
    nearest = ez_nearest(call->name, names, G_N_ELEMENTS(names));
    if (nearest != NULL) {
        return ez_build_fail(build, call->column,
                             "unknown trigger '%s', did you mean \"%s\"? this version knows %s",
                             call->name, nearest, known);
    }
    return ez_build_fail(build, call->column, "unknown trigger '%s'; this version knows %s",
                         call->name, known);
}

execz_status
ez_trigger_build(ez_build *build, const ez_syntax_call *call, ez_trigger **trigger_out)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i]->name, call->name) == 0) {
            return kinds[i]->build(build, call, trigger_out);
        }
    }
    return fail_unknown_kind(build, call);
}

/* What was written in a short way, or has many others within, can be too long to be read back. */
static execz_status
check_length(ez_build *build, const ez_trigger *trigger)
{
    g_autofree char *text = ez_trigger_format(trigger);

    if (strlen(text) <= EZ_SYNTAX_TEXT_MAX) {
        return EXECZ_OK;
    }
    return ez_fail(build->err, EXECZ_E_LIMIT,
                   "written out, with its time zones and what its intervals count from, the "
                   "trigger has %zu bytes; the limit is %d",
                   strlen(text), EZ_SYNTAX_TEXT_MAX);
}

/* Hands on the place of a mistake. */
static execz_status
finish(const ez_build *build, size_t *column_out, execz_status status)
{
    if (status != EXECZ_OK && column_out != NULL) {
        *column_out = build->column;
    }
    return status;
}

/* Begins with a value alone: a mistake in it is told where it begins, unless it cannot be shown. */
static execz_status
build_value(const char *text, const ez_trigger_defaults *defaults, execz_error *err,
            ez_build *build_out)
{
    *build_out =
        (ez_build){defaults, strspn(text, EZ_SYNTAX_BLANKS) + 1, err, EZ_STEPS_PER_CALL, false};
    return ez_syntax_check_characters(text, &build_out->column, err);
}

/* People know schedules as lines of a crontab. */
static execz_status
fail_if_crontab(const char *text, const ez_trigger_defaults *defaults, ez_build *build)
{
    g_autoptr(ez_trigger) trigger = NULL;

    if (ez_trigger_parse_cron(text, defaults, &trigger, NULL, NULL) != EXECZ_OK) {
        return EXECZ_E_PARSE; /* err has it already */
    }
    return ez_build_fail(build, 1, "this is a line of a crontab, did you mean crontab(\"%s\")?",
                         text);
}

execz_status
ez_trigger_parse(const char *text, const ez_trigger_defaults *defaults, ez_trigger **trigger_out,
                 size_t *column_out, execz_error *err)
{
    ez_build build = {defaults, 1, err, EZ_STEPS_PER_CALL, false};
    g_autoptr(ez_syntax_call) call = NULL;
    g_autoptr(ez_trigger) trigger = NULL;
    execz_status status = ez_syntax_parse(text, &call, &build.column, err);

    if (status == EXECZ_OK) {
        build.column = call->column;
        status = ez_trigger_build(&build, call, &trigger);
    } else if (status == EXECZ_E_PARSE) {
        status = fail_if_crontab(text, defaults, &build);
    }
    if (trigger != NULL) {
        trigger->anchored = build.anchored;
        status = check_length(&build, trigger);
    }
    if (status == EXECZ_OK) {
        *trigger_out = g_steal_pointer(&trigger);
    }
    return finish(&build, column_out, status);
}

static execz_status
build_every(ez_build *build, const char *text, ez_trigger **trigger_out)
{
    ez_moment anchor = {build->defaults->anchor, false};
    execz_duration length;
    ez_scope scope;
    execz_status status = ez_parse_duration(text, &length, build->err);

    if (status == EXECZ_OK) {
        status = ez_interval_check_length(length, build->err);
    }
    if (status == EXECZ_OK) {
        status = ez_interval_check_anchor(anchor.time, build->err);
    }
    if (status == EXECZ_OK) {
        status = ez_scope_init(&scope, build);
    }
    if (status == EXECZ_OK) {
        *trigger_out = ez_interval_new(&scope, length, anchor);
    }
    return status;
}

execz_status
ez_trigger_parse_every(const char *text, const ez_trigger_defaults *defaults,
                       ez_trigger **trigger_out, size_t *column_out, execz_error *err)
{
    ez_build build;
    execz_status status = build_value(text, defaults, err, &build);

    if (status == EXECZ_OK) {
        status = build_every(&build, text, trigger_out);
    }
    return finish(&build, column_out, status);
}

execz_status
ez_trigger_parse_cron(const char *text, const ez_trigger_defaults *defaults,
                      ez_trigger **trigger_out, size_t *column_out, execz_error *err)
{
    ez_build build;
    ez_scope scope = {0};
    execz_status status = build_value(text, defaults, err, &build);

    if (status == EXECZ_OK) {
        status = ez_scope_init(&scope, &build);
    }
    if (status == EXECZ_OK) {
        build.column = 1;
        status =
            strlen(text) <= EZ_SYNTAX_WORD_MAX
                ? ez_crontab_new(&build, text, &scope, trigger_out)
                : ez_fail(err, EXECZ_E_LIMIT, "a line of %zu bytes is too long, the limit is %d",
                          strlen(text), EZ_SYNTAX_WORD_MAX);
    }
    ez_scope_clear(&scope);
    return finish(&build, column_out, status);
}

execz_status
ez_trigger_parse_at(const char *text, const ez_trigger_defaults *defaults, ez_trigger **trigger_out,
                    size_t *column_out, execz_error *err)
{
    ez_build build;
    ez_scope scope = {0};
    ez_moment run_at;
    execz_status status = build_value(text, defaults, err, &build);

    if (status == EXECZ_OK) {
        status = ez_scope_init(&scope, &build);
    }
    if (status == EXECZ_OK) {
        status = ez_moment_parse(text, scope.zone, &run_at, err);
    }
    if (status == EXECZ_OK) {
        *trigger_out = ez_date_new(&scope, run_at);
    }
    ez_scope_clear(&scope);
    return finish(&build, column_out, status);
}
